import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { MockBackend, refusal, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, NO_RECOVERY, STATUS } from '../../design/world';

afterEach(cleanup);

type User = ReturnType<typeof userEvent.setup>;

async function open(world: World = acme(), options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  return { backend, user: userEvent.setup({ delay: null }) };
}

const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));

/** This computer alone opens it, and nothing of it is elsewhere. */
const thin = (): World => {
  const world = { ...acme(), status: { ...STATUS, waysOut: 'none' as const }, recovery: NO_RECOVERY };
  world.folders = world.folders.map((known) => ({ ...known, singleWay: known.id === 'f-merger' }));
  world.keyWays.set('f-merger', [{ kind: 'thisComputer', name: '' }]);
  return { ...world, stores: [{ kind: 'pinningNodeHere', name: '' }] };
};

describe('can this ever be lost', () => {
  test('a file that no single loss can take says so in a line, and how in a dialog', async () => {
    const { user } = await open();
    await user.click(screen.getByRole('row', { name: /^Share purchase agreement/ }));
    await press(user, '7 ways to its key, 2 computers hold it');
    const dialog = await screen.findByRole('dialog', { name: /^Can “Share purchase agreement/ });
    expect(await within(dialog).findByText(/^Not by a single loss/)).toBeVisible();
    const ways = within(dialog).getByRole('region', { name: '7 ways to its key' });
    for (const way of ['This computer', 'Your computer “Laptop”', 'Both your recovery kits, on paper'])
      expect(within(ways).getByText(way)).toBeVisible();
    expect(within(ways).getByText('Bao Linh’s computer')).toBeVisible();
    const copies = within(dialog).getByRole('region', { name: '2 computers hold it' });
    expect(copies).toHaveTextContent('The server valise.acme.example');
    expect(within(dialog).queryByRole('region', { name: 'What to do' })).toBeNull();
  });

  test('one way and one computer: a warning, why the server here does not count, and what to do', async () => {
    const { user } = await open(thin());
    await user.click(screen.getByRole('row', { name: /^Share purchase agreement/ }));
    await press(user, '1 way to its key, 1 computer holds it');
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText(/^Yes\. There is only one way to its key/)).toBeVisible();
    expect(dialog).toHaveTextContent('not counted: it is the same computer');
    const todo = within(dialog).getByRole('region', { name: 'What to do' });
    expect(todo).toHaveTextContent('The server keeps its copy on this computer.');
    for (const name of ['Add a computer…', 'Add a colleague…', 'Print it…'])
      expect(within(todo).getByRole('button', { name })).toBeVisible();
    await user.click(within(todo).getByRole('button', { name: 'Print it…' }));
    expect(await screen.findByRole('dialog', { name: 'Print your recovery kit' })).toBeVisible();
  });

  test('of a folder it names the files that are thin, from the folder’s menu', async () => {
    const { user } = await open();
    screen.getByRole('button', { name: /^Brightwater merger/ }).focus();
    await user.keyboard('{Shift>}{F10}{/Shift}');
    await user.click(await screen.findByRole('menuitem', { name: 'Can this be lost?…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Can “Brightwater merger” ever be lost?' });
    const files = await within(dialog).findByRole('region', { name: /files on one computer at most$/ });
    expect(files).toHaveTextContent('Valuation model.xlsx');
    expect(files).toHaveTextContent('Due diligence/Environmental report, Łódź.pdf');
    expect(within(dialog).queryByRole('button', { name: 'Add a computer…' })).toBeNull();
  });

  test('proven kits that need the server here are shown, and not counted', async () => {
    const world = { ...thin(), status: STATUS, recovery: acme().recovery };
    const { user } = await open(world);
    await press(user, /^1 way to its key/);
    const dialog = await screen.findByRole('dialog');
    const ways = await within(dialog).findByRole('region', { name: '1 way to its key' });
    expect(ways).toHaveTextContent('Your recovery kits');
    expect(ways).toHaveTextContent('not counted: they also need the server');
    expect(within(dialog).getAllByText(/^The server keeps its copy/)).toHaveLength(1);
    expect(within(dialog).queryByRole('button', { name: 'Print it…' })).toBeNull();
  });

  test('without a server the way to one is offered', async () => {
    const world = { ...thin(), stores: [] };
    world.status = { ...world.status, connection: 'none' };
    const { user } = await open(world);
    await press(user, /^1 way to its key/);
    await press(user, 'Connect a server…');
    expect(await screen.findByRole('dialog', { name: 'Connect a server' })).toBeVisible();
  });

  test('a folder with a single way is marked in the sidebar, no other', async () => {
    await open(thin());
    const mark = 'There is only one way to its key. If that is lost, nobody can open it any more';
    await waitFor(() => expect(screen.getAllByTitle(mark)).toHaveLength(1));
    expect(screen.getByRole('button', { name: `Brightwater merger ${mark}` })).toBeVisible();
  });

  test('what cannot be told is no warning, and can be asked again', async () => {
    const { backend, user } = await open(acme(), { refuse: { recoverability: refusal('io') } });
    await press(user, 'Can this ever be lost?');
    expect(await screen.findByRole('alert')).toHaveTextContent('The disk or the system refused.');
    backend.options.refuse = {};
    await press(user, 'Try again');
    expect(await screen.findByRole('region', { name: /ways to its key$/ })).toBeVisible();
  });
});
