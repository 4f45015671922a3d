/** Every name that wants to be more than a name, as that of files, folders, people, computers and groups, all at once. */
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, test } from 'vitest';
import { entry, folder, MockBackend } from '$lib/backend/mock';
import { displayName } from '$lib/format/name';
import App from '../../App.svelte';
import names from '../../../../tests/hostile-names.json?raw';
import { acme } from '../../design/world';

afterEach(cleanup);

const NAMES = JSON.parse(names) as string[];
/** Elements that run something or lead away, which this program has nowhere. */
const RUNS =
  'script, iframe, object, embed, base, link, meta[http-equiv], form[action], math, video, [srcdoc], a[href^="javascript:"]';

function nothingRan(): void {
  expect([...document.body.querySelectorAll(RUNS)].map((it) => it.outerHTML)).toEqual([]);
  const handled = [...document.body.querySelectorAll('*')].filter((it) =>
    it.getAttributeNames().some((name) => name.startsWith('on')),
  );
  expect(handled.map((it) => it.outerHTML)).toEqual([]);
  expect((window as { pwned?: unknown }).pwned).toBeUndefined();
}

/** Nothing on the page hides or turns what stands around it. */
function nothingSteers(): void {
  const text = document.body.textContent ?? '';
  expect(displayName(text.replace(/\s+/gu, ' ').trim())).toBe(text.replace(/\s+/gu, ' ').trim());
}

test('do nothing, and are shown as what they are', { timeout: 240_000 }, async () => {
  const world = acme();
  const [someone] = world.people;
  const [computer] = world.devices;
  if (someone === undefined || computer === undefined) throw new Error('an empty world');
  world.entries.set(
    'f-merger',
    NAMES.map((name, at) => entry(`e-${at}`, name, { by: name })),
  );
  world.folders = [...world.folders, ...NAMES.map((name, at) => folder(`f-${at}`, name))];
  const others = NAMES.map((name, at) => ({ ...someone, account: `a-${at}`, name, me: false }));
  world.people = [...world.people, ...others];
  const computers = NAMES.map((name, at) => ({ ...computer, id: `d-${at}`, name, here: false }));
  world.devices = [...world.devices, ...computers];
  render(App, { props: { backend: new MockBackend(world) } });
  await screen.findByRole('grid');
  nothingRan();
  nothingSteers();
  const shown = new Set([...document.querySelectorAll('bdi')].map((it) => it.textContent));
  expect(NAMES.filter((name) => !shown.has(displayName(name)))).toEqual([]);
  for (const view of ['People', 'Security', 'Recent', 'Trash']) {
    // By role would look at thousands of elements each time.
    const places = [...document.querySelectorAll<HTMLElement>('nav button')];
    places.find((it) => it.textContent?.trim() === view)?.click();
    await waitFor(() => expect(document.querySelector('h1')?.textContent?.trim()).toBe(view));
    nothingRan();
    nothingSteers();
  }
});
