import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { MockBackend, refusal, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, PEOPLE } from '../../design/world';

afterEach(cleanup);

type User = ReturnType<typeof userEvent.setup>;

const TITLE = 'Who takes over folders of somebody who leaves';
const BAR = 'Who takes over your folders?';

/** Chidi stands ready; Ada alone is in the board papers. */
const ready = (change: Partial<World> = {}): World => {
  const world = acme();
  world.members.set('f-board', world.members.get('f-board')?.slice(0, 1) ?? []);
  return { ...world, successor: 'a-chidi', ...change };
};

async function open(world: World, options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  return { backend, user: userEvent.setup({ delay: null }) };
}

async function people(world: World, options: MockOptions = {}) {
  const opened = await open(world, options);
  await press(opened.user, 'People');
  await screen.findByRole('region', { name: TITLE });
  return opened;
}

const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));
const asked = (backend: MockBackend, request: string) => backend.asked.filter(([name]) => name === request);
const card = () => screen.findByRole('region', { name: TITLE });
const noOfficer = () => PEOPLE.map((person) => ({ ...person, officer: person.account === 'a-chidi' }));

describe('who takes over', () => {
  test('an officer names somebody, and nobody again', async () => {
    const { backend, user } = await people(acme());
    expect(await card()).toHaveTextContent('Nobody so far.');
    expect(screen.queryByRole('region', { name: BAR })).toBeNull();
    await press(user, 'Choose who…');
    const dialog = await screen.findByRole('dialog', { name: 'Who takes over folders?' });
    expect(dialog).toHaveTextContent('Every owner is asked to agree');
    await user.selectOptions(within(dialog).getByLabelText('Takes over'), 'Chidi Okafor');
    await press(user, 'Save');
    expect(await screen.findByText('Chidi Okafor is named. Owners are asked to agree.')).toBeVisible();
    expect(await card()).toHaveTextContent('Chidi Okafor');
    await user.click(within(await card()).getByRole('button', { name: 'Change…' }));
    await user.selectOptions(await screen.findByLabelText('Takes over'), 'Nobody');
    await press(user, 'Save');
    expect(await screen.findByText('Nobody is named to take over folders.')).toBeVisible();
    expect(asked(backend, 'nameSuccessor')).toEqual([
      ['nameSuccessor', 'a-chidi'],
      ['nameSuccessor', null],
    ]);
  });

  test('who is no officer sees who it is, and decides for own folders only', async () => {
    await people(ready({ people: noOfficer() }));
    const shown = await card();
    expect(shown).toHaveTextContent('Chidi Okafor');
    expect(within(shown).queryByRole('button', { name: 'Change…' })).toBeNull();
    expect(within(shown).getByRole('button', { name: 'Your folders…' })).toBeVisible();
  });

  test('who cannot any more is said, and nobody is asked to agree to them', async () => {
    await people(ready({ successor: 'a-gone' }));
    expect(await card()).toHaveTextContent('no longer can: their account is closed');
    expect(screen.queryByRole('region', { name: BAR })).toBeNull();
  });
});

describe('when it is oneself', () => {
  test('nobody is asked to agree; the card says that own folders pass to nobody', async () => {
    const { backend, user } = await people(ready({ successor: 'a-me' }));
    const shown = await card();
    expect(shown).toHaveTextContent('Ada Novak (you)');
    expect(shown).toHaveTextContent('Your own folders pass to nobody, unless you choose somebody.');
    expect(screen.queryByRole('region', { name: BAR })).toBeNull();
    expect(screen.queryByRole('complementary', { name: BAR })).toBeNull();
    await user.click(within(shown).getByRole('button', { name: 'Your folders…' }));
    const dialog = await screen.findByRole('dialog', { name: BAR });
    const merger = within(dialog).getByLabelText('Takes over “Brightwater merger”');
    expect(merger).toHaveDisplayValue('Nobody');
    await user.selectOptions(merger, 'Bao Linh');
    await press(user, 'Save');
    expect(await screen.findByText('Your choice is saved.')).toBeVisible();
    expect(asked(backend, 'setFolderSuccessor')).toContainEqual(['setFolderSuccessor', 'f-merger', 'a-bao']);
  });
});

describe('a new folder', () => {
  const make = async (world: World) => {
    const { user } = await open(world);
    await press(user, 'New folder');
    return screen.findByRole('dialog', { name: 'New folder' });
  };

  test('says who takes it over', async () => {
    expect(await make(ready())).toHaveTextContent(
      'You will be asked whether Chidi Okafor takes this folder over if your account is closed.',
    );
  });

  test.each([
    ['nobody is named', null],
    ['it is oneself', 'a-me'],
    ['they are gone', 'a-gone'],
  ])('says nothing of it if %s', async (_why, successor) => {
    expect(await make(ready({ successor }))).not.toHaveTextContent('takes over');
  });

  test('begins with them, and nothing is left to decide', async () => {
    const { backend, user } = await open(
      ready({
        successors: new Map([
          ['f-merger', null],
          ['f-board', null],
        ]),
      }),
    );
    await press(user, 'New folder');
    await user.type(await screen.findByLabelText('Name'), 'Appraisals{Enter}');
    await screen.findByRole('heading', { level: 1, name: 'Appraisals' });
    expect([...backend.world.successors.values()]).toEqual([null, null, 'a-chidi']);
    expect(screen.queryByRole('complementary', { name: BAR })).toBeNull();
  });
});

describe('own folders', () => {
  test('one yes is enough for all, and the bar is gone with it', async () => {
    const { backend, user } = await people(ready());
    const bar = await screen.findByRole('region', { name: BAR });
    expect(bar).toHaveTextContent('When your account is closed, Chidi Okafor takes over 2 folders');
    expect(bar).toHaveTextContent('You are the only member of 1 of them');
    await user.click(within(bar).getByRole('button', { name: 'Agree' }));
    expect(await screen.findByText(/^Chidi Okafor takes over 2 folders of yours/)).toBeVisible();
    expect(asked(backend, 'setFolderSuccessor')).toEqual([
      ['setFolderSuccessor', 'f-merger', 'a-chidi'],
      ['setFolderSuccessor', 'f-board', 'a-chidi'],
    ]);
    await waitFor(() => expect(screen.queryByRole('region', { name: BAR })).toBeNull());
  });

  test('each by itself: somebody else, or nobody; what was decided already is not sent again', async () => {
    const { backend, user } = await people(ready({ successors: new Map([['f-merger', 'a-bao']]) }));
    await press(user, 'Decide for each…');
    const dialog = await screen.findByRole('dialog', { name: BAR });
    expect(within(dialog).getByLabelText('Takes over “Brightwater merger”')).toHaveDisplayValue('Bao Linh');
    const board = within(dialog).getByLabelText('Takes over “Board papers”');
    expect(board).toHaveDisplayValue('Chidi Okafor');
    expect(within(board).queryByRole('option', { name: /Ada/ })).toBeNull();
    expect(dialog).toHaveTextContent('You are its only member. Add somebody');
    await user.selectOptions(board, 'Nobody');
    await press(user, 'Save');
    expect(await screen.findByText('Your choice is saved.')).toBeVisible();
    expect(asked(backend, 'setFolderSuccessor')).toEqual([['setFolderSuccessor', 'f-board', null]]);
    expect(screen.queryByRole('region', { name: BAR })).toBeNull();
  });

  test('a server that does not answer leaves it undecided', async () => {
    const { user } = await people(ready(), { refuse: { setFolderSuccessor: refusal('offline') } });
    await press(user, 'Agree');
    expect(await screen.findByText('The server cannot be reached.')).toBeVisible();
    expect(screen.getByRole('region', { name: BAR })).toBeVisible();
  });

  test('the sidebar reminds of it, gently', async () => {
    const { user } = await open(ready());
    const reminder = await screen.findByRole('complementary', { name: BAR });
    await user.click(within(reminder).getByRole('button', { name: 'Decide…' }));
    expect(await screen.findByRole('dialog', { name: BAR })).toBeVisible();
  });

  test('what was agreed stands at the folder and where it is shared', async () => {
    const world = ready({ successors: new Map([['f-merger', 'a-chidi']]) });
    world.folders = world.folders.map((known) =>
      known.id === 'f-merger' ? { ...known, successor: 'Chidi Okafor' } : known,
    );
    const { user } = await open(world);
    const said = 'Chidi Okafor takes it over if its owner leaves.';
    expect(await screen.findByText(said)).toBeVisible();
    await press(user, 'Share');
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText(said)).toBeVisible();
  });

  test('a folder that nobody manages says so', async () => {
    const world = acme();
    world.folders = world.folders.map((known) =>
      known.id === 'f-merger' ? { ...known, ownerless: true, role: 'editor' as const } : known,
    );
    await open(world);
    expect((await screen.findAllByText(/^Nobody manages this folder/))[0]).toBeVisible();
  });
});

describe('closing an account', () => {
  const close = async (world: World, name: string) => {
    const { user } = await people(world);
    await press(user, `Actions for ${name}`);
    await user.click(await screen.findByRole('menuitem', { name: 'Close account…' }));
    return screen.findByRole('dialog', { name: `Close ${name}’s account?` });
  };

  test.each([
    [acme(), 'Dana Reyes', 'Nobody is named to take over folders'],
    [ready(), 'Dana Reyes', 'Folders that only they own pass to Chidi Okafor where they agreed to that.'],
    [ready(), 'Chidi Okafor', 'They are named to take over folders of others'],
  ])('says what becomes of folders (%#)', async (world, name, said) => {
    expect(await close(world, name)).toHaveTextContent(said);
  });
});
