import { cleanup, createEvent, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { entry, MockBackend, type World } from '$lib/backend/mock';
import { speak } from '$lib/words';
import App from '../../App.svelte';
import { acme, many } from '../../design/world';

afterEach(() => {
  cleanup();
  speak('en');
  vi.unstubAllGlobals();
  // @ts-expect-error jsdom has none of its own
  delete document.elementFromPoint;
});

async function open(change: (world: World) => void = () => {}) {
  const world = acme();
  change(world);
  const backend = new MockBackend(world);
  render(App, { props: { backend } });
  const user = userEvent.setup({ delay: null });
  const grid = await screen.findByRole('grid');
  backend.asked.length = 0;
  return { backend, user, grid };
}

const moved = (backend: MockBackend) => backend.asked.filter(([name]) => name === 'move');
const row = (name: string | RegExp) => screen.getByRole('row', { name });
const of = (entry: string) => document.querySelector(`[data-entry=${entry}]`)!;
const place = (name: string | RegExp) => screen.getByRole('button', { name });
const selected = () => screen.queryAllByRole('row', { selected: true });
const label = () => screen.queryByTestId('carried');

/** jsdom lays nothing out: what is under the pointer is said. */
function under(found: Element | null): void {
  document.elementFromPoint = () => found;
}

type Where = { x?: number; y?: number; buttons?: number; pointerType?: string; button?: number };

function pointer(type: 'pointerDown' | 'pointerMove' | 'pointerUp', on: Element, where: Where = {}): void {
  const { x = 0, y = 0, buttons = 1, pointerType = 'mouse', button = 0 } = where;
  const about = { clientX: x, clientY: y, buttons, button, pointerType, pointerId: 1, isPrimary: true };
  fireEvent(on, createEvent[type](on, about));
}

function press(on: Element, more: Where & MouseEventInit = {}): void {
  pointer('pointerDown', on, { x: 100, y: 100, ...more });
  fireEvent.mouseDown(on, { button: 0, ...more });
}

function over(found: Element, where: Where = {}): void {
  under(found);
  pointer('pointerMove', document.body, { x: 140, y: 140, ...where });
}

function letGo(): void {
  pointer('pointerUp', document.body, { x: 140, y: 140, buttons: 0 });
}

/** As a hand does it: press, carry, let go. */
function carry(from: Element, to: Element): void {
  press(from);
  over(to);
  letGo();
}

describe('rows carried by the pointer', () => {
  test('into a directory of the list, with a label, a notice and the way back', async () => {
    const { backend, user } = await open();
    press(row(/Board presentation/));
    over(row(/Due diligence/));
    await waitFor(() => expect(label()).toHaveTextContent(/Board presentation.*Move to “Due diligence”/));
    expect(row(/Due diligence/)).toHaveClass('lit');
    expect(row(/Board presentation/)).toHaveClass('carried');
    expect(moved(backend)).toEqual([]);
    letGo();
    await waitFor(() => expect(moved(backend)).toEqual([['move', 'f-merger', ['e-board'], 'e-dd']]));
    expect(await screen.findByText(/Moved “Board presentation.*” to “Due diligence”\./)).toBeVisible();
    expect(label()).toBeNull();
    expect(screen.queryByRole('row', { name: /Board presentation/ })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => row(/Board presentation/));
    expect(moved(backend)[1]).toEqual(['move', 'f-merger', ['e-board'], null]);
  });

  test('all that is selected goes along; pressing one of them does not let go of the others', async () => {
    const { backend, user } = await open();
    await user.click(row(/Board presentation/));
    await user.keyboard('{Control>}');
    await user.click(row(/Valuation model/));
    await user.keyboard('{/Control}');
    expect(selected()).toHaveLength(2);
    press(row(/Valuation model/));
    over(row(/Due diligence/));
    await waitFor(() => expect(label()).toHaveTextContent('2 items'));
    letGo();
    await waitFor(() => expect(moved(backend)[0]?.[2]).toHaveLength(2));
    expect(await screen.findByText('Moved 2 items to “Due diligence”.')).toBeVisible();
  });

  test('a row that is not selected goes alone', async () => {
    const { backend, user } = await open();
    await user.click(row(/Valuation model/));
    carry(row(/Board presentation/), row(/Due diligence/));
    await waitFor(() => expect(moved(backend)[0]?.[2]).toEqual(['e-board']));
  });

  test('onto the path in the header, and onto the folder in the sidebar: its top', async () => {
    const { backend, user } = await open();
    await user.dblClick(row(/Due diligence/));
    await screen.findByRole('row', { name: /Contracts/ });
    press(row(/Contracts/));
    const path = screen.getByRole('navigation', { name: 'Path' });
    const top = path.querySelector('button')!;
    over(top);
    await waitFor(() => expect(top).toHaveClass('lit'));
    expect(label()).toHaveTextContent('Move to “Brightwater merger”');
    const side = within(screen.getByRole('navigation', { name: 'Places' })).getByRole('button', {
      name: 'Brightwater merger',
    });
    over(side);
    await waitFor(() => expect(side).toHaveClass('lit'));
    letGo();
    await waitFor(() => expect(moved(backend)[0]?.[3]).toBeNull());
    expect(await screen.findByText('Moved “Contracts” to “Brightwater merger”.')).toBeVisible();
  });

  test('another folder refuses and says why', async () => {
    const { backend } = await open();
    press(row(/Board presentation/));
    over(place('Board papers'));
    await waitFor(() => expect(label()).toHaveTextContent('Moves only within “Brightwater merger”'));
    expect(place('Board papers')).not.toHaveClass('lit');
    expect(document.documentElement.dataset.carrying).toBe('no');
    letGo();
    expect(await screen.findByText(/Nothing was moved\. Files move within their own folder/)).toBeVisible();
    expect(moved(backend)).toEqual([]);
    expect(document.documentElement.dataset.carrying).toBeUndefined();
  });

  test('not into itself, nor to where it is, and nothing is said of it', async () => {
    const { backend } = await open();
    press(row(/Due diligence/));
    over(row(/Due diligence/));
    await waitFor(() => expect(label()).toHaveTextContent(/^Due diligence$/));
    expect(row(/Due diligence/)).not.toHaveClass('lit');
    over(place(/^Brightwater merger/));
    expect(place(/^Brightwater merger/)).not.toHaveClass('lit');
    letGo();
    await waitFor(() => expect(label()).toBeNull());
    expect(moved(backend)).toEqual([]);
    expect(screen.queryByText(/Nothing was moved/)).toBeNull();
  });

  test('not into what it holds, where a search shows both; each goes back to where it was', async () => {
    const { backend, user } = await open((world) => {
      world.entries
        .get('f-merger')
        ?.push(
          entry('e-outer', 'Lease outer', { kind: 'directory' }),
          entry('e-inner', 'Lease inside', { kind: 'directory', parent: 'e-outer' }),
          entry('e-plan', 'Lease above', { kind: 'directory' }),
          entry('e-low', 'Lease low.pdf', { parent: 'e-outer' }),
          entry('e-high', 'Lease high.pdf'),
        );
    });
    await user.type(screen.getByLabelText('Search in Brightwater merger'), 'Lease');
    await waitFor(() => expect(of('e-inner')).toBeInTheDocument());
    press(of('e-outer'));
    over(of('e-inner'));
    await waitFor(() => expect(label()).toBeInTheDocument());
    expect(of('e-inner')).not.toHaveClass('lit');
    letGo();
    expect(moved(backend)).toEqual([]);
    await user.click(of('e-low'));
    await user.keyboard('{Control>}');
    await user.click(of('e-high'));
    await user.keyboard('{/Control}');
    carry(of('e-high'), of('e-plan'));
    expect(await screen.findByText(/Moved 2 items to “Lease above”/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(moved(backend)).toHaveLength(3));
    expect(moved(backend).slice(1)).toEqual(
      expect.arrayContaining([
        ['move', 'f-merger', ['e-low'], 'e-outer'],
        ['move', 'f-merger', ['e-high'], null],
      ]),
    );
  });

  test('what lies in several folders is not carried to one', async () => {
    const { backend, user } = await open();
    await user.click(screen.getByRole('button', { name: 'Recent' }));
    await screen.findByRole('heading', { level: 1, name: 'Recent' });
    await waitFor(() => row(/Board presentation/));
    const other = screen.getAllByRole('row').find((each) => each.textContent?.includes('My files'))!;
    await user.click(other);
    await user.keyboard('{Control>}');
    await user.click(row(/Board presentation/));
    await user.keyboard('{/Control}');
    press(row(/Board presentation/));
    over(place(/^Brightwater merger/));
    await waitFor(() => expect(label()).toHaveTextContent('These are from several folders'));
    letGo();
    expect(await screen.findByText(/moved folder by folder/)).toBeVisible();
    expect(moved(backend)).toEqual([]);
  });

  test('a hand that trembles clicks, and a click on one of several chooses it', async () => {
    const { backend, user } = await open();
    await user.click(row(/Board presentation/));
    await user.keyboard('{Shift>}');
    await user.click(row(/Valuation model/));
    await user.keyboard('{/Shift}');
    const several = selected().length;
    expect(several).toBeGreaterThan(1);
    press(row(/Valuation model/));
    over(row(/Due diligence/), { x: 103, y: 104 });
    expect(label()).toBeNull();
    expect(selected()).toHaveLength(several);
    letGo();
    fireEvent.click(row(/Valuation model/));
    await waitFor(() => expect(selected()).toHaveLength(1));
    expect(row(/Valuation model/)).toHaveAttribute('aria-selected', 'true');
    expect(moved(backend)).toEqual([]);
    await user.dblClick(row(/Valuation model/));
    expect(backend.asked.filter(([name]) => name === 'open')).toHaveLength(1);
  });

  test('Escape puts everything back, and the selection stays', async () => {
    const { backend, user } = await open();
    press(row(/Board presentation/));
    over(row(/Due diligence/));
    await waitFor(() => expect(label()).toBeInTheDocument());
    await user.keyboard('{Escape}');
    await waitFor(() => expect(label()).toBeNull());
    letGo();
    expect(moved(backend)).toEqual([]);
    expect(row(/Board presentation/)).toHaveAttribute('aria-selected', 'true');
    expect(row(/Due diligence/)).not.toHaveClass('lit');
  });

  test.each([
    ['the pointer is taken away', () => fireEvent.pointerCancel(document.body)],
    ['the window is left', () => fireEvent.blur(window)],
    ['the button came up unseen', () => over(row(/Due diligence/), { buttons: 0 })],
  ])('nothing is moved when %s', async (_why, happens) => {
    const { backend } = await open();
    press(row(/Board presentation/));
    over(row(/Due diligence/));
    await waitFor(() => expect(label()).toBeInTheDocument());
    happens();
    await waitFor(() => expect(label()).toBeNull());
    letGo();
    expect(moved(backend)).toEqual([]);
  });

  test('locking ends it', async () => {
    const { backend } = await open();
    press(row(/Board presentation/));
    over(row(/Due diligence/));
    await waitFor(() => expect(label()).toBeInTheDocument());
    await backend.lock();
    await screen.findByLabelText('Password');
    letGo();
    expect(label()).toBeNull();
    expect(moved(backend)).toEqual([]);
    expect(document.documentElement.dataset.carrying).toBeUndefined();
  });

  test('not by a finger, not by the other button, not a name that is being typed, not in the trash', async () => {
    const { user } = await open();
    press(row(/Board presentation/), { pointerType: 'touch' });
    over(row(/Due diligence/), { pointerType: 'touch' });
    letGo();
    press(row(/Board presentation/), { button: 2 });
    over(row(/Due diligence/), { buttons: 2 });
    letGo();
    expect(label()).toBeNull();
    await user.click(row(/Board presentation/));
    screen.getByRole('grid').focus();
    await user.keyboard('{F2}');
    press(screen.getByLabelText('New name'));
    over(row(/Due diligence/));
    expect(label()).toBeNull();
    letGo();
    await user.click(screen.getByRole('button', { name: 'Trash' }));
    await screen.findByRole('row', { name: /Scan 0031/ });
    press(row(/Scan 0031/));
    over(place(/^Brightwater merger/));
    expect(label()).toBeNull();
    letGo();
  });

  test('who only reads carries nothing', async () => {
    const { backend, user } = await open((world) => {
      world.entries.get('f-leave')?.push(entry('e-old', 'Old forms', { kind: 'directory' }));
    });
    await user.click(place(/Leave forms/));
    await screen.findByRole('row', { name: /Old forms/ });
    carry(row(/Holiday plan/), row(/Old forms/));
    expect(label()).toBeNull();
    expect(moved(backend)).toEqual([]);
  });

  test('what went away meanwhile is not moved', async () => {
    const { backend, user } = await open();
    await user.click(row(/Board presentation/));
    await user.keyboard('{Control>}');
    await user.click(row(/Valuation model/));
    await user.keyboard('{/Control}');
    press(row(/Valuation model/));
    over(row(/Due diligence/));
    const left = backend.world.entries.get('f-merger')?.filter((each) => each.id !== 'e-board') ?? [];
    backend.world.entries.set('f-merger', left);
    backend.emit({ type: 'folderChanged', folder: 'f-merger' });
    await waitFor(() => expect(screen.queryByRole('row', { name: /Board presentation/ })).toBeNull());
    over(row(/Due diligence/));
    letGo();
    await waitFor(() => expect(moved(backend)).toHaveLength(1));
    expect(moved(backend)[0]?.[2]).not.toContain('e-board');
  });

  test('at an edge the list goes on, also when the row itself is long out of sight', async () => {
    const { backend, grid } = await open((world) => {
      const rows = many(2_000);
      rows.push(entry('e-far', 'Far below', { kind: 'directory', changed: 1 }));
      world.entries.set('f-merger', rows);
    });
    const scroller = grid.querySelector<HTMLElement>('.scroll')!;
    scroller.getBoundingClientRect = () => new DOMRect(0, 0, 800, 600);
    press(row(/Exhibit 000001/));
    over(scroller, { x: 100, y: 300 });
    await new Promise((later) => setTimeout(later, 60));
    expect(scroller.scrollTop).toBe(0);
    over(scroller, { x: 100, y: 590 });
    await waitFor(() => expect(scroller.scrollTop).toBeGreaterThan(0));
    over(scroller, { x: 100, y: 300 });
    scroller.scrollTop = 2_000 * 36;
    fireEvent.scroll(scroller);
    await waitFor(() => expect(screen.queryByRole('row', { name: /Exhibit 000001/ })).toBeNull());
    over(row(/Far below/));
    letGo();
    await waitFor(() => expect(moved(backend)).toEqual([['move', 'f-merger', ['e-many-0'], 'e-far']]));
  });

  test('without motion it goes on by whole rows', async () => {
    vi.stubGlobal('matchMedia', (query: string) => ({
      matches: query.includes('reduced-motion'),
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }));
    const { grid } = await open((world) => world.entries.set('f-merger', many(500)));
    const scroller = grid.querySelector<HTMLElement>('.scroll')!;
    scroller.getBoundingClientRect = () => new DOMRect(0, 0, 800, 600);
    press(row(/Exhibit 000001/));
    over(scroller, { x: 100, y: 590 });
    await waitFor(() => expect(scroller.scrollTop).toBeGreaterThan(0));
    expect(scroller.scrollTop % 36).toBe(0);
    letGo();
  });

  test('speaks German', async () => {
    await open();
    speak('de');
    press(row(/Board presentation/));
    over(row(/Due diligence/));
    await waitFor(() => expect(label()).toHaveTextContent('Nach „Due diligence“ verschieben'));
    over(place('Board papers'));
    await waitFor(() => expect(label()).toHaveTextContent('Nur innerhalb von „Brightwater merger“'));
    letGo();
  });
});
