// Every scene of the design page, looked through by axe, and for what is cut off at its side.
//
//   npm run build:design && npm run accessibility -- [--sizes 960x600] [--themes light,dark] [--lang de] [--zoom 2]
//                                                    [--dir rtl] [scene...]
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { openDesignPage, sceneNames } from './browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sizes: { type: 'string', default: '960x600' },
    themes: { type: 'string', default: 'light,dark' },
    lang: { type: 'string', default: 'en' },
    dir: { type: 'string', default: 'ltr' },
    zoom: { type: 'string', default: '1' },
    browser: { type: 'string' },
  },
});

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const violations = `axe.run(document, { runOnly: ${JSON.stringify(RULES)}, resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map((node) =>
    id + ': ' + node.target.join(' ') + ' ' + (node.any[0] ?? node.all[0] ?? node.none[0])?.message)))`;
/** The list is scrolled by the keys of its grid, which has the focus. */
const MEANT = /^scrollable-region-focusable: \.scroll /;

/** What stands out of the window, or out of what cuts it off; an ellipsis says itself that there is more. */
const cutOff = `[...document.querySelectorAll('button, a, label, h1, h2, h3, p, dt, dd, th, input, select, textarea, kbd')]
  .filter((at) => at.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && at.closest('.sr-only') === null)
  .flatMap((at) => {
    const box = at.getBoundingClientRect();
    if (box.width < 2) return [];
    let clip = at.parentElement;
    while (clip !== null && getComputedStyle(clip).overflowX === 'visible') clip = clip.parentElement;
    if (clip !== null && getComputedStyle(clip).textOverflow === 'ellipsis') return [];
    const room = clip === null || clip === document.documentElement || clip === document.body
      ? { left: 0, right: innerWidth } : clip.getBoundingClientRect();
    const own = getComputedStyle(at);
    const inside = own.overflowX === 'visible' && !['INPUT', 'SELECT', 'TEXTAREA'].includes(at.tagName)
      && at.scrollWidth > at.clientWidth + 1 && own.display !== 'inline';
    const outside = box.right > room.right + 1 || box.left < room.left - 1;
    return outside || inside ? ['cut off: <' + at.tagName.toLowerCase() + '> ' + (at.textContent || at.value).trim().slice(0, 60)] : [];
  })`;

const design = await openDesignPage({ program: values.browser, frozen: false });
const found = new Map();
const scenes = positionals.length > 0 ? positionals : await sceneNames();
for (const size of values.sizes.split(',')) {
  const [width, height] = size.split('x').map(Number);
  await design.resize(width, height, Number(values.zoom));
  for (const theme of values.themes.split(',')) {
    for (const scene of scenes) {
      const state = await design.show(scene, { theme, dir: values.dir, lang: values.lang });
      await design.evaluate(axe);
      const complaints = [...(await design.evaluate(violations)), ...(await design.evaluate(cutOff))];
      if (state !== 'ready') complaints.push(state);
      for (const complaint of new Set(complaints.filter((each) => !MEANT.test(each))))
        found.set(complaint, [...(found.get(complaint) ?? []), `${scene}-${theme}-${size}`]);
    }
  }
}
for (const [complaint, where] of [...found].sort()) {
  const some = where.slice(0, 3).join(', ');
  console.log(`${complaint}\n  ${some}${where.length > 3 ? ` and ${where.length - 3} more` : ''}`);
}
console.log(`${scenes.length} scenes, ${found.size} complaints`);
await design.close();
process.exitCode = found.size > 0 ? 1 : 0;
