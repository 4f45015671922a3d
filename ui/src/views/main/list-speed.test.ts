/** How long 100,000 rows take. Nothing here fails for being slow: machines differ, and figures are for reading. */
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { MockBackend } from '$lib/backend/mock';
import { Listing } from '$lib/stores/listing.svelte';
import { comparing, rowsOfListing, type Column } from '$lib/stores/rows';
import { sortSteps } from '$lib/stores/slices';
import App from '../../App.svelte';
import { acme, many } from '../../design/world';

const COUNT = 100_000;
const FOLDER = { view: 'folder', folder: 'f-merger', parent: null } as const;

afterEach(cleanup);

function crowded(): MockBackend {
  const world = acme();
  world.entries.set('f-merger', many(COUNT));
  return new MockBackend(world);
}

async function timed(what: string, work: () => Promise<unknown> | unknown): Promise<void> {
  const begin = performance.now();
  await work();
  console.info(`${COUNT} rows, ${what}: ${Math.round(performance.now() - begin)} ms`);
}

/** The longest time for which nobody else has a turn. */
function longestStep(steps: Generator<void>): number {
  let longest = 0;
  for (;;) {
    const begin = performance.now();
    const { done } = steps.next();
    longest = Math.max(longest, performance.now() - begin);
    if (done === true) return longest;
  }
}

test.each<Column>(['name', 'size', 'changed', 'by', 'where'])('sorting by %s', async (by) => {
  const rows = rowsOfListing({ folder: 'f', path: [], entries: many(COUNT) });
  const compare = comparing({ by, down: false }, 'en');
  if (compare === null) throw new Error('nothing to sort by');
  await timed(`sorted by ${by}`, () => {
    const longest = longestStep(sortSteps(rows, compare));
    console.info(`${COUNT} rows, longest step by ${by}: ${longest.toFixed(1)} ms`);
  });
});

test('reading, searching, and one change', async () => {
  const backend = crowded();
  const listing = new Listing(backend);
  await timed('read and in order', () => listing.show(FOLDER));
  expect(listing.rows).toHaveLength(COUNT);
  await timed('one row more', async () => {
    backend.world.entries.get('f-merger')?.push({ ...many(1)[0]!, id: 'e-new', name: 'New.pdf' });
    await listing.refresh();
  });
  await timed('searched', () => listing.show(FOLDER, '9999'));
  expect(listing.rows.length).toBeGreaterThan(10);
});

test('first painting, keys, finding', async () => {
  const backend = crowded();
  const user = userEvent.setup({ delay: null });
  let grid: HTMLElement | undefined;
  await timed('window open and list painted', async () => {
    render(App, { props: { backend } });
    grid = await screen.findByRole('grid');
  });
  grid?.focus();
  await timed('End', () => user.keyboard('{End}'));
  await timed('Ctrl+A', () => user.keyboard('{Control>}a{/Control}'));
  await timed('find by typing', () => user.keyboard('exhibit 09'));
  await waitFor(() => expect(grid).toHaveAttribute('aria-rowcount', String(COUNT + 1)));
  expect(screen.getAllByRole('row').length).toBeLessThan(60);
});
