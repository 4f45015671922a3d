// Pictures of every scene of the design page.
//
//   npm run build:design && npm run screenshots -- [--out DIR] [--sizes 1280x800,960x600] [--themes light,dark]
//                                                  [--format png|webp] [--dir rtl] [--lang de] [--zoom 2] [scene...]
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDesignPage, sceneNames } from './browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'screenshots' },
    sizes: { type: 'string', default: '1280x800,960x600' },
    themes: { type: 'string', default: 'light,dark' },
    format: { type: 'string', default: 'png' },
    dir: { type: 'string', default: 'ltr' },
    lang: { type: 'string', default: 'en' },
    zoom: { type: 'string', default: '1' },
    browser: { type: 'string' },
  },
});

const design = await openDesignPage({ program: values.browser });
let failed = 0;
await mkdir(values.out, { recursive: true });
const scenes = positionals.length > 0 ? positionals : await sceneNames();
for (const size of values.sizes.split(',')) {
  const [width, height] = size.split('x').map(Number);
  await design.resize(width, height, Number(values.zoom));
  for (const theme of values.themes.split(',')) {
    for (const scene of scenes) {
      const state = await design.show(scene, { theme, dir: values.dir, lang: values.lang });
      const { data } = await design.page('Page.captureScreenshot', {
        format: values.format,
        ...(values.format === 'webp' ? { quality: 75 } : {}),
      });
      const name = `${scene}-${theme}-${size}.${values.format}`;
      await writeFile(join(values.out, name), Buffer.from(data, 'base64'));
      if (state !== 'ready' || design.complaints.length > 0) {
        failed += 1;
        console.log(`${name}: ${state}\n  ${design.complaints.join('\n  ')}`);
      }
    }
  }
}
console.log(`${scenes.length} scenes, ${failed} with complaints`);
await design.close();
process.exitCode = failed > 0 ? 1 : 0;
