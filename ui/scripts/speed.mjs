// How long the list takes with 100,000 rows, in a headless Chromium. Figures for reading; nothing fails for being slow.
//
//   npm run build:design && npm run speed
import { openDesignPage } from './browser.mjs';

const design = await openDesignPage();
await design.resize(1280, 800);

/** In the page: until the next frame is painted after `work`, and the longest gap between frames meanwhile. */
const painted = (work, until = 'true') => `(async () => {
  const grid = document.querySelector('[role=grid]');
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const key = (key, more = {}) => grid.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  const names = () => [...grid.querySelectorAll('[data-index]')].map((row) => row.innerText).join();
  const before = names();
  const begin = performance.now();
  let last = begin, longest = 0;
  ${work};
  for (;;) {
    await frame();
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (${until} || now - begin > 10000) break;
  }
  return { total: Math.round(last - begin), longest: Math.round(longest) };
})()`;

const changed = 'names() !== before';
const tell = (what, { total, longest }) =>
  console.log(`${what.padEnd(34)} ${String(total).padStart(5)} ms, longest frame ${longest} ms`);

const begin = performance.now();
const state = await design.show('many', { theme: 'light' });
await design.evaluate(`(async () => {
  while (document.querySelector('[data-index]') === null) await new Promise((next) => requestAnimationFrame(next));
})()`);
console.log(`window with 100,000 rows: ${state} after ${Math.round(performance.now() - begin)} ms`);
const sorted = (at) => painted(`grid.querySelectorAll('[role=columnheader] button')[${at}].click()`, changed);
const columns = ['name', 'size', 'changed', 'by', 'where'];
// By name they come as by date: the second of these turns them round.
for (const name of ['size', 'name', 'by', 'where', 'changed'])
  tell(`sort by ${name}`, await design.evaluate(sorted(columns.indexOf(name))));
await design.evaluate(`document.querySelector('[role=grid]').focus()`);
tell('End', await design.evaluate(painted(`key('End')`)));
tell('Page up', await design.evaluate(painted(`key('PageUp')`)));
tell('select all', await design.evaluate(painted(`key('a', { ctrlKey: true })`)));
tell('let go', await design.evaluate(painted(`key('Escape')`)));
tell('find by typing', await design.evaluate(painted(`for (const letter of 'exhibit 09') key(letter)`)));
for (const [how, pixels] of Object.entries({
  'scroll, 10 rows a frame, 60 times': 360,
  'jump 60 times': 30_000,
})) {
  const step = `(scroller.scrollTop = turns * ${pixels}, (turns += 1) > 60)`;
  const begin = `const scroller = grid.querySelector('.scroll'); let turns = 0`;
  tell(how, await design.evaluate(painted(begin, step)));
}
await design.evaluate(`(() => {
  const input = document.querySelector('input[type=search], [role=search] input, header input');
  input.focus();
  input.value = '99';
  input.dispatchEvent(new Event('input', { bubbles: true }));
})()`);
tell('search, with 150 ms of waiting', await design.evaluate(painted('', changed)));
await design.close();
