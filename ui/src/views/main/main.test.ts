import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Transfer } from '$lib/backend';
import { MockBackend, refusal, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, many, strangeNames } from '../../design/world';

afterEach(cleanup);

async function open(world: World = acme(), options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  const user = userEvent.setup({ delay: null });
  const grid = await screen.findByRole('grid');
  backend.asked.length = 0;
  return { backend, user, grid };
}

const asked = (backend: MockBackend, request: string) => backend.asked.filter(([name]) => name === request);
const row = (name: string | RegExp) => screen.getByRole('row', { name });
const current = () => {
  const id = screen.getByRole('grid').getAttribute('aria-activedescendant');
  return id === null ? null : document.getElementById(id);
};

describe('the list by keyboard', () => {
  test('arrows, Home and End move; the current row is named to screen readers', async () => {
    const { user, grid } = await open();
    grid.focus();
    await user.keyboard('{ArrowDown}');
    expect(current()).toHaveTextContent('Share purchase agreement v7.docx');
    expect(current()).toHaveAttribute('aria-selected', 'true');
    await user.keyboard('{End}');
    expect(current()).toHaveTextContent('Timetable');
    await user.keyboard('{ArrowDown}{Home}');
    expect(current()).toHaveTextContent('Due diligence');
  });

  test('a click leaves the keys where they work: with the list', async () => {
    const { user, grid, backend } = await open();
    await user.click(row(/Valuation model/));
    expect(grid).toHaveFocus();
    await user.keyboard('{Enter}');
    expect(asked(backend, 'open')).toHaveLength(1);
  });

  test('Shift extends, Ctrl+A takes all, Escape lets go', async () => {
    const { user, grid } = await open();
    grid.focus();
    await user.keyboard('{Home}{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    expect(screen.getAllByRole('row', { selected: true })).toHaveLength(3);
    await user.keyboard('{Control>}a{/Control}');
    expect(screen.getAllByRole('row', { selected: true })).toHaveLength(7);
    await user.keyboard('{Escape}');
    expect(screen.queryAllByRole('row', { selected: true })).toHaveLength(0);
  });

  test('typing finds', async () => {
    const { user, grid } = await open();
    grid.focus();
    await user.keyboard('val');
    expect(current()).toHaveTextContent('Valuation model.xlsx');
    await user.keyboard('{Escape}');
  });

  test('Enter opens a file; a directory opens in the list, Backspace goes up and selects it', async () => {
    const { user, grid, backend } = await open();
    grid.focus();
    await user.keyboard('{Home}{ArrowDown}{Enter}');
    expect(asked(backend, 'open')).toEqual([['open', 'f-merger', 'e-spa', null]]);
    await user.keyboard('{Home}{Enter}');
    expect(await screen.findByRole('heading', { level: 1, name: 'Due diligence' })).toBeVisible();
    await waitFor(() => row(/Contracts/));
    await waitFor(() => expect(screen.getByRole('grid')).toHaveFocus());
    await user.keyboard('{Backspace}');
    expect(await screen.findByRole('heading', { level: 1, name: 'Brightwater merger' })).toBeVisible();
    await waitFor(() => expect(current()).toHaveTextContent('Due diligence'));
    expect(screen.getByRole('grid')).toHaveFocus();
  });

  test('F2 renames in place with the stem selected; Escape keeps the old name; focus comes back', async () => {
    const { user, grid, backend } = await open();
    grid.focus();
    await user.keyboard('{Home}{ArrowDown}{F2}');
    const input = screen.getByLabelText<HTMLInputElement>('New name');
    expect(input).toHaveFocus();
    expect(input.value.slice(input.selectionStart ?? 0, input.selectionEnd ?? 0)).toBe(
      'Share purchase agreement v7',
    );
    await user.keyboard('Final{Escape}');
    expect(asked(backend, 'rename')).toEqual([]);
    expect(grid).toHaveFocus();
    await user.keyboard('{F2}Final{Enter}');
    expect(asked(backend, 'rename')).toEqual([['rename', 'f-merger', 'e-spa', 'Final.docx']]);
    expect(await screen.findByText('Renamed to “Final.docx”.')).toBeVisible();
    expect(grid).toHaveFocus();
  });

  test('a name that is taken is trouble in words, and the old name stays', async () => {
    const { user, grid } = await open();
    grid.focus();
    await user.keyboard('{Home}{ArrowDown}{F2}');
    const input = screen.getByLabelText<HTMLInputElement>('New name');
    await user.clear(input);
    await user.keyboard('valuation MODEL.xlsx{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('This name cannot be used here.');
    expect(row(/Share purchase agreement v7.docx/)).toBeVisible();
  });

  test('Delete goes to the trash with a way back, which brings it back', async () => {
    const { user, grid, backend } = await open();
    grid.focus();
    await user.keyboard('{Home}{ArrowDown}{Delete}');
    expect(asked(backend, 'remove')).toEqual([['remove', 'f-merger', ['e-spa']]]);
    expect(await screen.findByText('Moved “Share purchase agreement v7.docx” to the trash.')).toBeVisible();
    expect(screen.queryByRole('row', { name: /Share purchase/ })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => row(/Share purchase agreement/));
  });

  test('Ctrl+Z takes back and says what', async () => {
    const { user, grid } = await open();
    grid.focus();
    await user.keyboard('{Home}{ArrowDown}{Delete}');
    await user.keyboard('{Control>}z{/Control}');
    expect(await screen.findByText(/Taken back: Share purchase agreement/)).toBeVisible();
    await user.keyboard('{Control>}z{/Control}');
    expect(await screen.findByText('Nothing to take back.')).toBeVisible();
  });

  test('Ctrl+F searches, Escape comes back to the list', async () => {
    const { user, backend } = await open();
    await user.keyboard('{Control>}f{/Control}');
    const search = screen.getByLabelText('Search in Brightwater merger');
    expect(search).toHaveFocus();
    await user.keyboard('model');
    await waitFor(() => expect(asked(backend, 'search')).toEqual([['search', 'f-merger', 'model']]));
    await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(2));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(8));
    expect(screen.getByRole('grid')).toHaveFocus();
    await user.keyboard('{Control>}f{/Control}nothing is called so');
    expect(await screen.findByText('Nothing is called “nothing is called so”')).toBeVisible();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.getByRole('grid')).toHaveFocus());
  });

  test('Ctrl+N makes a subfolder, Ctrl+Shift+N a folder', async () => {
    const { user, backend, grid } = await open();
    grid.focus();
    await user.keyboard('{Control>}n{/Control}');
    expect(await screen.findByRole('dialog', { name: 'New subfolder' })).toBeVisible();
    await waitFor(() => expect(screen.getByLabelText('Name')).toHaveFocus());
    await user.keyboard('Minutes{Enter}');
    await waitFor(() => row(/Minutes/));
    expect(asked(backend, 'makeDirectory')).toEqual([['makeDirectory', 'f-merger', null, 'Minutes']]);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await user.keyboard('{Control>}{Shift>}n{/Shift}{/Control}');
    expect(await screen.findByRole('dialog', { name: 'New folder' })).toBeVisible();
  });

  test('Ctrl+L locks, and nothing that was open stays on the page', async () => {
    const { user, backend } = await open();
    await user.keyboard('{Control>}l{/Control}');
    expect(await screen.findByLabelText('Password')).toBeVisible();
    expect(asked(backend, 'lock')).toHaveLength(1);
    expect(document.body).not.toHaveTextContent('Share purchase agreement');
  });

  test('a viewer cannot rename or delete', async () => {
    const { user, backend } = await open();
    await user.click(screen.getByRole('button', { name: /Leave forms/ }));
    await waitFor(() => row(/Holiday plan/));
    screen.getByRole('grid').focus();
    await user.keyboard('{Home}{F2}{Delete}');
    expect(asked(backend, 'remove')).toEqual([]);
    expect(screen.queryByLabelText('New name')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Add files' })).toBeNull();
  });
});

describe('the list', () => {
  test('sorts by its columns and says how', async () => {
    const { user } = await open();
    const header = screen.getByRole('columnheader', { name: 'Name' });
    await user.click(within(header).getByRole('button'));
    expect(header).toHaveAttribute('aria-sort', 'ascending');
    const names = screen
      .getAllByRole('row')
      .slice(1)
      .map((each) => each.textContent ?? '');
    expect(names[0]).toContain('Due diligence');
    expect(names[2]).toContain('Board presentation');
  });

  test('selection survives a sync', async () => {
    const { user, backend } = await open();
    await user.click(row(/Valuation model/));
    backend.world.entries.get('f-merger')?.unshift({ ...many(1)[0]!, id: 'e-new', name: 'Newest.pdf' });
    backend.emit({ type: 'folderChanged', folder: 'f-merger' });
    await waitFor(() => row(/Newest/));
    expect(row(/Valuation model/)).toHaveAttribute('aria-selected', 'true');
  });

  test('draws only what is seen of 100,000 rows', async () => {
    const world = acme();
    world.entries.set('f-merger', many(100_000));
    const { user, grid } = await open(world);
    expect(grid).toHaveAttribute('aria-rowcount', '100001');
    expect(screen.getAllByRole('row').length).toBeLessThan(60);
    grid.focus();
    await user.keyboard('{ArrowDown}');
    expect(current()).toHaveAttribute('aria-rowindex', '3');
  });

  test('what is in sight stays when rows come above it; at the top, they are seen', async () => {
    const world = acme();
    world.entries.set('f-merger', many(500));
    const { backend, grid } = await open(world);
    const add = async (name: string) => {
      backend.world.entries
        .get('f-merger')
        ?.unshift({ ...many(1)[0]!, id: name, name, changed: Date.UTC(2026, 10, 14, 10) });
      backend.emit({ type: 'folderChanged', folder: 'f-merger' });
      await waitFor(() =>
        expect(grid.getAttribute('aria-rowcount')).toBe(String(world.entries.get('f-merger')!.length + 1)),
      );
    };
    await add('Seen.pdf');
    expect(row(/Seen\.pdf/)).toBeVisible();
    const scroller = grid.querySelector<HTMLElement>('.scroll')!;
    scroller.scrollTop = 3600;
    scroller.dispatchEvent(new Event('scroll'));
    await add('Above.pdf');
    expect(scroller.scrollTop).toBe(3636);
  });

  test('a name that is being typed is kept while one scrolls', async () => {
    const world = acme();
    world.entries.set('f-merger', many(500));
    const { user, grid } = await open(world);
    grid.focus();
    await user.keyboard('{Home}{F2}');
    const input = screen.getByLabelText<HTMLInputElement>('New name');
    await user.keyboard('Exhibit zero');
    const scroller = grid.querySelector<HTMLElement>('.scroll')!;
    scroller.scrollTop = 9000;
    scroller.dispatchEvent(new Event('scroll'));
    await waitFor(() => expect(screen.getByRole('row', { name: /Exhibit 000251/ })).toBeVisible());
    expect(screen.getByLabelText('New name')).toBe(input);
    expect(input).toHaveFocus();
    expect(input.value).toBe('Exhibit zero.pdf');
  });

  test('another search begins at the top', async () => {
    const world = acme();
    world.entries.set('f-merger', many(500));
    const { user, grid } = await open(world);
    const scroller = grid.querySelector<HTMLElement>('.scroll')!;
    scroller.scrollTop = 3600;
    scroller.dispatchEvent(new Event('scroll'));
    await user.type(screen.getByLabelText('Search in Brightwater merger'), 'exhibit');
    await waitFor(() => expect(grid.querySelector('.scroll')?.scrollTop).toBe(0));
    expect(row(/Exhibit 000001/)).toBeVisible();
  });

  test('shows hostile names escaped and as text', async () => {
    const world = acme();
    world.entries.set('f-merger', strangeNames());
    await open(world);
    expect(row(/invoice‹U\+202E›fdp\.exe/)).toBeVisible();
    expect(row(/<b>bold<\/b>/)).toBeVisible();
    expect(document.querySelector('[role=grid] b')).toBeNull();
    expect(document.body.textContent).not.toContain('\u202E');
  });

  test('a double click opens; the menu holds what can be done', async () => {
    const { user, backend } = await open();
    await user.dblClick(row(/Share purchase agreement/));
    expect(asked(backend, 'open')).toHaveLength(1);
    screen.getByRole('grid').focus();
    await user.keyboard('{Shift>}{F10}{/Shift}');
    const menu = await screen.findByRole('menu');
    const items = within(menu)
      .getAllByRole('menuitem')
      .map((item) => item.textContent?.trim());
    expect(items.join()).toMatch(
      /Open.*Save as….*Export with key….*Export with signatures….*Sign….*Rename.*Move to….*Move to trash.*Copy name.*Details/,
    );
    await user.click(within(menu).getByRole('menuitem', { name: /Export with key/ }));
    expect(asked(backend, 'exportFile')).toEqual([['exportFile', 'f-merger', 'e-spa']]);
    expect(await screen.findByText(/Keep the two apart/)).toBeVisible();
  });

  test('trouble says what happened, what is safe, what to do; the code is in the details', async () => {
    const { user } = await open(acme(), {
      refuse: {
        open: refusal('notVerified', {
          happened: 'Bao’s change could not be verified.',
          safe: 'It was not opened.',
          todo: 'Ask Bao.',
          details: 'record 9b2e',
        }),
      },
    });
    await user.dblClick(row(/Share purchase agreement/));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(/Bao’s change could not be verified\. It was not opened\. Ask Bao\./);
    expect(alert).not.toHaveTextContent('notVerified');
    await user.click(within(alert).getByRole('button', { name: 'Details' }));
    expect(alert).toHaveTextContent(/notVerified.*record 9b2e/s);
  });

  test('puts back from the trash, and asks before deleting for good', async () => {
    const { user, backend } = await open();
    await user.click(screen.getByRole('button', { name: 'Trash' }));
    await waitFor(() => row(/Scan 0031/));
    await user.click(row(/Scan 0031/));
    await user.click(screen.getByRole('button', { name: 'Put back' }));
    expect(asked(backend, 'restore')).toEqual([['restore', 'f-merger', ['e-scan']]]);
    await user.click(row(/Letter of intent/));
    screen.getByRole('grid').focus();
    await user.keyboard('{Delete}');
    const dialog = await screen.findByRole('dialog', { name: /Delete “Letter of intent/ });
    expect(asked(backend, 'purge')).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Delete for good' }));
    expect(asked(backend, 'purge')).toEqual([['purge', 'f-merger', ['e-old']]]);
  });

  test('empties the trash after asking, but for what one may only read', async () => {
    const world = acme();
    world.entries.get('f-leave')?.push({ ...many(1)[0]!, id: 'e-gone', name: 'Old plan.ods', trashed: true });
    const { user, backend } = await open(world);
    expect(screen.queryByRole('button', { name: 'Empty trash…' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Trash' }));
    await user.click(await screen.findByRole('button', { name: 'Empty trash…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Delete 2 items for good?' });
    expect(asked(backend, 'emptyTrash')).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Empty trash' }));
    expect(asked(backend, 'emptyTrash')).toHaveLength(1);
    expect(await screen.findByText('The trash is empty.')).toBeVisible();
    expect(row(/Old plan/)).toBeVisible();
  });

  test('moves into a subfolder', async () => {
    const { user, backend } = await open();
    await user.click(row(/Board presentation/));
    screen.getByRole('grid').focus();
    await user.keyboard('{Shift>}{F10}{/Shift}');
    await user.click(await screen.findByRole('menuitem', { name: 'Move to…' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByRole('button', { name: 'Move here' })).toBeDisabled();
    await user.click(await within(dialog).findByRole('button', { name: 'Open Due diligence' }));
    await user.click(within(dialog).getByRole('button', { name: 'Move here' }));
    await waitFor(() => expect(asked(backend, 'move')).toEqual([['move', 'f-merger', ['e-board'], 'e-dd']]));
  });
});

describe('versions', () => {
  const list = () => screen.findByRole('list', { name: 'Versions' });

  test('the newest first, with who, when and size; all of them on demand', async () => {
    const { user } = await open();
    await user.click(row(/Share purchase agreement/));
    const versions = await list();
    expect(within(versions).getAllByRole('listitem')).toHaveLength(5);
    expect(within(versions).getAllByRole('listitem')[0]).toHaveTextContent(
      /Version 7.*newest.*Chidi Okafor.*412 kB/s,
    );
    await user.click(screen.getByRole('button', { name: 'Show all 7' }));
    expect(within(versions).getAllByRole('listitem').at(-1)).toHaveTextContent('Version 1');
    await user.click(row(/Disclosure letter/));
    await waitFor(() => expect(screen.queryByRole('list', { name: 'Versions' })).toBeNull());
  });

  test('an old one is opened, saved and restored from its menu by keyboard, and that is taken back', async () => {
    const { user, backend } = await open();
    await user.click(row(/Share purchase agreement/));
    const choose = async (action: string) => {
      (await screen.findByRole('button', { name: 'Actions for version 6' })).focus();
      await user.keyboard('{Enter}');
      await user.click(await screen.findByRole('menuitem', { name: action }));
    };
    const id = '5f1c0a94e2b7d8836a4f90b1c2d3e4f50006';
    await choose('Open, read-only');
    expect(asked(backend, 'open')).toEqual([['open', 'f-merger', 'e-spa', id]]);
    await choose('Save as…');
    expect(asked(backend, 'save')).toEqual([['save', 'f-merger', 'e-spa', id]]);
    await choose('Make it the newest again');
    expect(asked(backend, 'restoreVersion')).toEqual([['restoreVersion', 'f-merger', 'e-spa', id]]);
    expect(await screen.findByText(/Version 6 of “Share purchase.*is the newest again/)).toBeVisible();
    await waitFor(() => expect(document.body.style.pointerEvents).not.toBe('none'));
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    expect(asked(backend, 'undo')).toHaveLength(1);
  });

  test('a viewer cannot restore', async () => {
    const world = acme();
    world.entries.get('f-leave')![0]!.versions = 3;
    const { user } = await open(world);
    await user.click(screen.getByRole('button', { name: /Leave forms/ }));
    await waitFor(() => row(/Leave form 2027/));
    await user.click(row(/Leave form 2027/));
    await user.click(await screen.findByRole('button', { name: 'Actions for version 1' }));
    expect(await screen.findByRole('menuitem', { name: 'Open, read-only' })).toBeVisible();
    expect(screen.queryByRole('menuitem', { name: 'Make it the newest again' })).toBeNull();
  });

  test('what a program saved is told', async () => {
    const { backend } = await open();
    backend.emit({
      type: 'transfer',
      transfer: {
        id: 77,
        kind: 'version',
        folder: 'f-merger',
        name: 'Valuation model.xlsx',
        filesDone: 1,
        files: 1,
        bytesDone: 10,
        bytes: 10,
        rate: 1,
        state: { type: 'done' },
        kept: false,
        leftOut: [],
      },
    });
    expect(await screen.findByText('Saved a new version of “Valuation model.xlsx”.')).toBeVisible();
  });
});

describe('drops', () => {
  const under = (found: Element | null) => {
    document.elementFromPoint = () => found;
  };

  afterEach(() => {
    // @ts-expect-error jsdom has none of its own
    delete document.elementFromPoint;
  });

  test('the list is the target: count and destination are shown, and letting go adds there', async () => {
    const { backend, grid } = await open();
    under(grid);
    backend.drag({ kind: 'enter', count: 12, x: 10, y: 10 });
    expect(await screen.findByTestId('drop-veil')).toHaveTextContent('Add 12 items to “Brightwater merger”');
    backend.drag({ kind: 'drop', drop: 5, count: 12, x: 10, y: 10 });
    await waitFor(() => expect(asked(backend, 'addDropped')).toEqual([['addDropped', 5, 'f-merger', null]]));
    expect(screen.queryByTestId('drop-veil')).toBeNull();
    expect(await screen.findByRole('progressbar')).toBeVisible();
  });

  test('a directory under the pointer lights up and takes the drop', async () => {
    const { backend } = await open();
    under(row(/Due diligence/));
    backend.drag({ kind: 'enter', count: 1, x: 10, y: 10 });
    expect(await screen.findByTestId('drop-veil')).toHaveTextContent('Add 1 item to “Due diligence”');
    expect(row(/Due diligence/)).toHaveClass('lit');
    backend.drag({ kind: 'drop', drop: 6, count: 1, x: 10, y: 10 });
    await waitFor(() =>
      expect(asked(backend, 'addDropped')).toEqual([['addDropped', 6, 'f-merger', 'e-dd']]),
    );
  });

  test('a folder of the sidebar takes it too', async () => {
    const { backend } = await open();
    under(screen.getByRole('button', { name: 'Board papers' }));
    backend.drag({ kind: 'enter', count: 2, x: 1, y: 1 });
    backend.drag({ kind: 'drop', drop: 7, count: 2, x: 1, y: 1 });
    await waitFor(() => expect(asked(backend, 'addDropped')).toEqual([['addDropped', 7, 'f-board', null]]));
  });

  test('where one may only read, a drop is refused and forgotten', async () => {
    const { backend, user } = await open();
    await user.click(screen.getByRole('button', { name: /Leave forms/ }));
    await waitFor(() => row(/Holiday plan/));
    under(screen.getByRole('grid'));
    backend.drag({ kind: 'enter', count: 2, x: 1, y: 1 });
    expect(await screen.findByTestId('drop-veil')).toHaveTextContent('You can only read in this folder');
    backend.drag({ kind: 'drop', drop: 8, count: 2, x: 1, y: 1 });
    await waitFor(() => expect(asked(backend, 'forgetDrop')).toEqual([['forgetDrop', 8]]));
    expect(asked(backend, 'addDropped')).toEqual([]);
  });

  test('leaving takes the veil away', async () => {
    const { backend, grid } = await open();
    under(grid);
    backend.drag({ kind: 'enter', count: 2, x: 1, y: 1 });
    await screen.findByTestId('drop-veil');
    backend.drag({ kind: 'leave' });
    await waitFor(() => expect(screen.queryByTestId('drop-veil')).toBeNull());
  });
});

describe('sharing', () => {
  test('an invitation is made, shown and copied', async () => {
    const { backend, user } = await open();
    await user.click(screen.getByRole('button', { name: 'Share' }));
    const dialog = await screen.findByRole('dialog', { name: 'Share “Brightwater merger”' });
    expect(await within(dialog).findByText('joined by link, not verified')).toBeVisible();
    await user.selectOptions(within(dialog).getByLabelText('They become'), 'viewer');
    await user.click(within(dialog).getByRole('button', { name: 'Make an invitation' }));
    expect(asked(backend, 'invite')).toEqual([['invite', 'f-merger', 'viewer', 7]]);
    expect(await within(dialog).findByRole('img', { name: /QR code/ })).toBeVisible();
    expect(within(dialog).getByLabelText('Invitation link')).toHaveFocus();
    await user.click(within(dialog).getByRole('button', { name: 'Copy link' }));
    expect(backend.copied).toMatch(/^valise:\/\/join\//);
    await user.click(within(dialog).getByRole('button', { name: 'Copy words and link' }));
    expect(backend.copied).toContain('Install Valise');
  });

  test('roles change; removing asks, names the person, and comes back to the list', async () => {
    const { backend, user } = await open();
    await user.click(screen.getByRole('button', { name: 'Share' }));
    await user.selectOptions(await screen.findByLabelText('Role of Bao Linh'), 'viewer');
    expect(asked(backend, 'setRole')).toEqual([['setRole', 'f-merger', 'a-bao', 'viewer']]);
    await user.click(screen.getByRole('button', { name: 'Remove Dana Reyes' }));
    const dialog = await screen.findByRole('dialog', { name: /Remove Dana Reyes from/ });
    await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
    await waitFor(() =>
      expect(asked(backend, 'removeMember')).toEqual([['removeMember', 'f-merger', 'a-dana']]),
    );
    expect(await screen.findByRole('dialog', { name: 'Share “Brightwater merger”' })).toBeVisible();
    await waitFor(() => expect(screen.queryByLabelText('Role of Dana Reyes')).toBeNull());
  });

  test('leaving a folder asks, and shows what stands in its place', async () => {
    const world = acme();
    const owners = world.members.get('f-merger')?.map((each) => ({ ...each, role: 'owner' as const }));
    world.members.set('f-merger', owners ?? []);
    const { backend, user } = await open(world);
    const place = screen.getByRole('button', { name: /^Brightwater merger/ });
    await user.pointer({ keys: '[MouseRight]', target: place });
    await user.click(await screen.findByRole('menuitem', { name: 'Leave…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Leave “Brightwater merger”?' });
    await user.click(within(dialog).getByRole('button', { name: 'Leave' }));
    await waitFor(() => expect(asked(backend, 'leave')).toEqual([['leave', 'f-merger']]));
    await waitFor(() => expect(screen.queryByRole('button', { name: /^Brightwater merger/ })).toBeNull());
    expect(screen.queryByRole('heading', { level: 1, name: /Brightwater merger/ })).toBeNull();
  });

  test('the only owner keeps the office', async () => {
    const { user } = await open();
    await user.click(screen.getByRole('button', { name: 'Share' }));
    await screen.findByLabelText('Role of Bao Linh');
    expect(screen.queryByLabelText('Role of Ada Novak')).toBeNull();
  });
});

describe('places', () => {
  test('people with their fingerprints, and security with what is not protected', async () => {
    const { user, backend } = await open();
    await user.click(screen.getByRole('button', { name: 'People' }));
    expect(await screen.findByText('90d4 2c7e 1fa8 635b e742 0c9d 8b31 f5a6')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Security' }));
    expect(await screen.findByText('Not protected')).toBeVisible();
    await user.click(await screen.findByRole('button', { name: 'Copy: This computer' }));
    expect(backend.copied).toBe('d7a9 1c04 b8e2 5f63 90aa 4e17 c3d8 6b21');
  });

  test('an alarm reminds in the sidebar until it was looked at', async () => {
    const world = acme();
    world.security = [{ at: 1, alarm: true, words: refusal('notVerified') }];
    const { user } = await open(world);
    const reminder = await screen.findByRole('complementary', { name: 'Please look at this' });
    await user.click(within(reminder).getByRole('button'));
    expect(await screen.findByRole('heading', { name: 'Security' })).toBeVisible();
    await waitFor(() =>
      expect(screen.queryByRole('complementary', { name: 'Please look at this' })).toBeNull(),
    );
  });

  test('a workspace on this computer alone is brought to a server', async () => {
    const world = acme();
    world.status = { ...world.status, connection: 'none' };
    const { user, backend } = await open(world);
    await user.click(await screen.findByRole('button', { name: 'Connect a server' }));
    await user.type(await screen.findByLabelText('Address of the server'), 'https://valise.example{Enter}');
    await waitFor(() => expect(asked(backend, 'attach')).toEqual([['attach', 'https://valise.example']]));
    expect(await screen.findByText('The workspace is on the server now.')).toBeVisible();
  });

  test('the status line says how things stand', async () => {
    const { backend } = await open();
    const status = screen.getByRole('contentinfo');
    expect(status).toHaveTextContent('In step');
    expect(status).toHaveTextContent('2 colleagues online');
    backend.setStatus({ connection: 'unreachable', waiting: 3, unheld: 1 });
    await waitFor(() => expect(status).toHaveTextContent('Working offline'));
    expect(status).toHaveTextContent('3 changes waiting to be sent');
    expect(status).toHaveTextContent('1 file on this computer only');
  });

  test('what waits and what is on its way is listed, and how far it is', async () => {
    const { backend, user } = await open();
    const at = { folder: 'f-merger', folderName: 'Merger Q3', entry: 'e' };
    const sending = { files: 1, bytes: 200, sent: 90, rate: 10 };
    backend.world.outbox = {
      changes: [{ ...at, name: 'Old drafts', kind: 'trashed' }],
      moreChanges: 2,
      files: [{ ...at, name: 'Film.mp4', bytes: 200, percent: 45 }],
      moreFiles: 0,
      sending,
    };
    backend.setStatus({ waiting: 3, unheld: 1, sending });
    expect(await screen.findByRole('button', { name: 'Sending 1 file, 45 %' })).toBeVisible();
    await user.click(screen.getByRole('button', { name: '3 changes waiting to be sent' }));
    const dialog = await screen.findByRole('dialog', { name: 'Not sent yet' });
    await waitFor(() => expect(dialog).toHaveTextContent('Film.mp4'));
    expect(dialog).toHaveTextContent('90 bytes of 200 bytes, 10 bytes/s, 11 seconds left');
    expect(dialog).toHaveTextContent('45 %');
    expect(dialog).toHaveTextContent('Old drafts');
    expect(dialog).toHaveTextContent('In the trash');
    expect(dialog).toHaveTextContent('and 2 more');
    delete backend.world.outbox;
    backend.setStatus({ waiting: 0, unheld: 0, sending: { files: 0, bytes: 0, sent: 0, rate: 0 } });
    await waitFor(() => expect(dialog).toHaveTextContent('Nothing waits'));
  });

  test('a transfer is shown while it runs, and can be stopped', async () => {
    const { backend, user } = await open();
    await user.click(screen.getByRole('button', { name: 'Add files' }));
    const region = await screen.findByRole('region', { name: 'Transfers' });
    expect(region).toHaveTextContent('Encrypting 1 of 3 files');
    await user.click(within(region).getByRole('button', { name: /Cancel/ }));
    expect(asked(backend, 'cancelTransfer')).toHaveLength(1);
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Transfers' })).toBeNull());
  });

  describe('several transfers', () => {
    const one: Transfer = {
      id: 1,
      kind: 'add',
      folder: 'f-merger',
      name: 'a.pdf',
      filesDone: 1,
      files: 3,
      bytesDone: 20_000_000,
      bytes: 100_000_000,
      rate: 10_000_000,
      state: { type: 'running' },
      kept: true,
      leftOut: [],
    };
    const world = (...more: Partial<Transfer>[]): World => ({
      ...acme(),
      transfers: [one, ...more.map((change, at) => ({ ...one, id: at + 2, ...change }))],
    });
    const region = () => screen.findByRole('region', { name: 'Transfers' });

    test('are summed up', async () => {
      await open(world({ files: 1, filesDone: 0, name: 'b.pdf' }));
      expect(await region()).toHaveTextContent(
        '3 files on their way 40 MB of 200 MB, 20 MB/s, 8 seconds left',
      );
    });

    test('one alone needs no sum', async () => {
      await open(world());
      expect(await region()).not.toHaveTextContent('on their way');
      expect(screen.queryByRole('button', { name: 'Stop all…' })).toBeNull();
    });

    test('rest and go on together, but for what cannot rest; the key stays on the button', async () => {
      const { backend, user } = await open(world({ name: 'b.pdf' }, { kind: 'fetch', kept: false }));
      const button = within(await region()).getByRole('button', { name: 'Pause all' });
      button.focus();
      await user.keyboard('{Enter}');
      await waitFor(() => expect(asked(backend, 'pauseTransfer').map(([, id]) => id)).toEqual([1, 2]));
      expect(await region()).toHaveTextContent('1 of 3 transfers is running');
      expect(button).toHaveAccessibleName('Go on with all');
      expect(button).toHaveFocus();
      await user.keyboard('{Enter}');
      await waitFor(() => expect(asked(backend, 'resumeTransfer').map(([, id]) => id)).toEqual([1, 2]));
      expect(await region()).toHaveTextContent('on their way');
    });

    test('are stopped together after asking, and that is said once', async () => {
      const { backend, user } = await open(world({ name: 'b.pdf' }, { state: { type: 'paused' } }));
      await user.click(within(await region()).getByRole('button', { name: 'Stop all…' }));
      const dialog = await screen.findByRole('dialog', { name: 'Stop 3 transfers?' });
      expect(asked(backend, 'cancelTransfer')).toEqual([]);
      backend.emit({ type: 'transfer', transfer: { ...one, id: 2, state: { type: 'done' } } });
      await user.click(within(dialog).getByRole('button', { name: 'Stop all' }));
      await waitFor(() => expect(asked(backend, 'cancelTransfer').map(([, id]) => id)).toEqual([1, 3]));
      expect(await screen.findByText('Stopped 2 transfers. What was complete stays.')).toBeVisible();
      expect(screen.queryByText(/^Stopped\. /)).toBeNull();
      await waitFor(() => expect(screen.queryByRole('region', { name: 'Transfers' })).toBeNull());
    });
  });

  test('a transfer rests and goes on; what failed can be tried again', async () => {
    const { backend, user } = await open();
    await user.click(screen.getByRole('button', { name: 'Add files' }));
    const region = await screen.findByRole('region', { name: 'Transfers' });
    await user.click(within(region).getByRole('button', { name: /^Pause/ }));
    expect(region).toHaveTextContent('Paused');
    expect(asked(backend, 'pauseTransfer')).toHaveLength(1);
    await user.click(within(region).getByRole('button', { name: /^Go on with/ }));
    expect(region).not.toHaveTextContent('Paused');
    const error = refusal('diskFull', { happened: 'The disk is full.' });
    const [transfer] = backend.world.transfers;
    if (transfer !== undefined)
      backend.emit({ type: 'transfer', transfer: { ...transfer, state: { type: 'failed', error } } });
    await waitFor(() => expect(region).toHaveTextContent(error.happened));
    await user.click(within(region).getByRole('button', { name: /^Go on with/ }));
    await waitFor(() => expect(region).not.toHaveTextContent(error.happened));
    await user.click(within(region).getByRole('button', { name: /^Cancel/ }));
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Transfers' })).toBeNull());
  });

  test('a spinner waits 300 ms before it shows', async () => {
    vi.useFakeTimers();
    try {
      const backend = new MockBackend(acme(), { hang: ['list'] });
      render(App, { props: { backend } });
      await vi.advanceTimersByTimeAsync(50);
      expect(screen.getByRole('main')).toBeVisible();
      expect(screen.queryByText('One moment…')).toBeNull();
      await vi.advanceTimersByTimeAsync(400);
      expect(screen.getByText('One moment…')).toBeVisible();
    } finally {
      vi.useRealTimers();
    }
  });
});
