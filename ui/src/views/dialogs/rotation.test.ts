import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { Trouble, type FolderKeys, type Kits } from '$lib/backend';
import { KITS, MockBackend, refusal, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, MERGER_KEYS, STATUS } from '../../design/world';

afterEach(cleanup);

const FRESH = 'seven marble ladder violet';

async function open(world: World = acme(), options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  return { backend, user: userEvent.setup({ delay: null }) };
}

type User = ReturnType<typeof userEvent.setup>;

const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));

const withKeys = (change: Partial<FolderKeys>): World => ({
  ...acme(),
  folderKeys: new Map([['f-merger', { ...MERGER_KEYS, ...change }]]),
});

const requests = (backend: MockBackend) => backend.asked.map(([request]) => request);

async function toFolderKeys(user: User, folder = 'Brightwater merger') {
  await press(user, 'More for this folder');
  await user.click(await screen.findByRole('menuitem', { name: 'Keys…' }));
  return screen.findByRole('dialog', { name: `Keys of “${folder}”` });
}

describe('the keys of a folder', () => {
  test('which is in force since when and by whom, and what is under which', async () => {
    const { user } = await open();
    const dialog = await toFolderKeys(user);
    expect(await within(dialog).findByText('Version 3', { selector: 'b' })).toBeVisible();
    expect(dialog).toHaveTextContent('Version 3, since 12 May 2026, made by Chidi Okafor');
    const table = within(dialog).getByRole('table', { name: 'File keys by version' });
    expect(within(table).getByRole('row', { name: 'Version 3 120 file keys' })).toBeVisible();
    expect(within(table).getByRole('row', { name: 'Version 2 14 file keys' })).toBeVisible();
    expect(within(dialog).queryByText(/A key change is waiting/)).toBeNull();
    expect(within(dialog).queryByText(/Oldest accepted version/)).toBeNull();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('from the menu of the folder in the sidebar, by keyboard', async () => {
    const { user } = await open();
    const places = screen.getByRole('navigation', { name: 'Places' });
    within(places).getByRole('button', { name: 'Board papers' }).focus();
    await user.keyboard('{Shift>}{F10}{/Shift}');
    const menu = await screen.findByRole('menu', { name: 'Actions for Board papers' });
    await user.click(within(menu).getByRole('menuitem', { name: 'Keys…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Keys of “Board papers”' });
    expect(await within(dialog).findByText('No file keys yet.')).toBeVisible();
    const retire = within(dialog).getByRole('button', { name: 'Retire older versions' });
    expect(retire).toBeDisabled();
    expect(retire).toHaveAccessibleDescription('There are no older versions.');
  });

  test('a new key, then the file keys move, then the old versions are retired', async () => {
    const { backend, user } = await open(withKeys({ changeWaiting: true }));
    const dialog = await toFolderKeys(user);
    expect(await within(dialog).findByText(/A key change is waiting/)).toBeVisible();
    const change = within(dialog).getByRole('button', { name: 'Change the key now' });
    expect(change).toHaveAccessibleDescription(/Nothing is encrypted again/);
    await user.click(change);
    expect(
      await screen.findByText('The key of “Brightwater merger” is changed: version 4.'),
    ).toBeInTheDocument();
    expect(dialog).toHaveTextContent('Version 4, since 14 Nov 2026, made by Ada Novak');
    expect(within(dialog).queryByText(/A key change is waiting/)).toBeNull();

    const retire = within(dialog).getByRole('button', { name: 'Retire versions before 4' });
    expect(retire).toBeDisabled();
    expect(retire).toHaveAccessibleDescription(/First move the file keys/);
    await press(user, 'Move 134 file keys to version 4');
    expect(await screen.findByText('Moved 134 file keys to version 4.')).toBeInTheDocument();
    expect(within(dialog).getByRole('row', { name: 'Version 4 134 file keys' })).toBeVisible();
    expect(within(dialog).queryByRole('button', { name: /^Move/ })).toBeNull();

    expect(retire).toBeEnabled();
    expect(retire).toHaveAccessibleDescription(/no longer kept or accepted/);
    await user.click(retire);
    expect(await within(dialog).findByText('Oldest accepted version: 4')).toBeVisible();
    expect(retire).toBeDisabled();
    expect(requests(backend).filter((request) => /rotate|rewrap|retire/.test(request))).toEqual([
      'rotateFolderKey',
      'rewrap',
      'retireKeys',
    ]);
  });

  test('what takes longer than a second shows how far it is, also to who comes back', async () => {
    const { backend, user } = await open(acme(), { hang: ['rewrap'] });
    await toFolderKeys(user);
    await press(user, 'Move 14 file keys to version 3');
    expect(screen.getByRole('button', { name: 'Moving file keys…' })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
    expect(screen.queryByRole('progressbar')).toBeNull();
    backend.emit({ type: 'rewrapped', folder: 'f-board', done: 1, of: 2 });
    backend.emit({ type: 'rewrapped', folder: 'f-merger', done: 7, of: 14 });
    const bar = await screen.findByRole('progressbar', { name: 'Moving file keys…' });
    expect(bar).toHaveAttribute('aria-valuenow', '50');
    expect(screen.getByText('7 of 14 file keys moved')).toBeVisible();

    await user.keyboard('{Escape}');
    await toFolderKeys(user);
    expect(await screen.findByRole('button', { name: 'Moving file keys…' })).toBeVisible();
    expect(screen.getByRole('button', { name: 'Retire versions before 3' })).toBeDisabled();
  });

  test('what the engine moves by itself is shown too, and read again at its end', async () => {
    const { backend, user } = await open();
    await toFolderKeys(user);
    await screen.findByRole('button', { name: 'Move 14 file keys to version 3' });
    backend.emit({ type: 'rewrapped', folder: 'f-merger', done: 3, of: 14 });
    expect(await screen.findByRole('button', { name: 'Moving file keys…' })).toBeVisible();
    backend.world.folderKeys.set('f-merger', {
      ...MERGER_KEYS,
      older: 0,
      files: [{ version: 3, keys: 134 }],
    });
    backend.emit({ type: 'rewrapped', folder: 'f-merger', done: 14, of: 14 });
    expect(await screen.findByRole('row', { name: 'Version 3 134 file keys' })).toBeVisible();
    expect(screen.queryByRole('button', { name: /^Mov/ })).toBeNull();
  });

  test('how often it changes by itself; a refusal puts the choice back', async () => {
    const { backend, user } = await open(withKeys({ rotateDays: 45 }));
    await toFolderKeys(user);
    const every = await screen.findByLabelText('Change the key by itself');
    expect(every).toHaveDisplayValue('Every 45 days');
    const offered = () =>
      within(every)
        .getAllByRole('option')
        .map((option) => option.textContent);
    expect(offered()).toEqual([
      'Never',
      'Every 30 days',
      'Every 45 days',
      'Every 90 days',
      'Every 180 days',
      'Every year',
    ]);
    backend.options.refuse = { setRotation: refusal('offline') };
    await user.selectOptions(every, 'Never');
    expect(await screen.findByText('The server cannot be reached.')).toBeInTheDocument();
    await waitFor(() => expect(every).toHaveDisplayValue('Every 45 days'));
    backend.options.refuse = {};
    await user.selectOptions(every, 'Every year');
    expect(backend.asked).toContainEqual(['setRotation', 'f-merger', 365]);
    await waitFor(() => expect(every).toHaveDisplayValue('Every year'));
    expect(offered()).not.toContain('Every 45 days');
  });

  test('an action that is refused is said above the dialog, which stays', async () => {
    const { backend, user } = await open(acme(), { refuse: { rotateFolderKey: refusal('offline') } });
    await toFolderKeys(user);
    await press(user, 'Change the key now');
    expect(await screen.findByText('The server cannot be reached.')).toBeInTheDocument();
    // Styles, which make the notice answer, are not loaded here.
    const pointer = userEvent.setup({ delay: null, pointerEventsCheck: 0 });
    const target = screen.getByRole('button', { name: 'Details', hidden: true });
    await pointer.pointer({ keys: '[MouseLeft]', target, coords: { clientX: 480, clientY: 540 } });
    await new Promise((done) => setTimeout(done, 100));
    expect(screen.getByText('Code: offline')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Change the key now' })).toBeVisible();
    backend.options.refuse = {};
    await press(user, 'Change the key now');
    expect(await screen.findByText(/is changed: version 4/)).toBeInTheDocument();
  });

  test('an editor changes the key and decides nothing', async () => {
    const { user } = await open(withKeys({ mayDecide: false }));
    const dialog = await toFolderKeys(user);
    expect(await within(dialog).findByRole('button', { name: 'Change the key now' })).toBeVisible();
    expect(within(dialog).queryByRole('button', { name: /Retire/ })).toBeNull();
    expect(within(dialog).queryByLabelText('Change the key by itself')).toBeNull();
    expect(within(dialog).getByText(/changes by itself every 90 days/)).toBeVisible();
  });

  test('a viewer sees how it stands, and no actions', async () => {
    const { user } = await open();
    await press(user, /Leave forms/);
    const dialog = await toFolderKeys(user, 'Leave forms');
    expect(await within(dialog).findByRole('row', { name: 'Version 1 3 file keys' })).toBeVisible();
    expect(within(dialog).getAllByRole('button')).toHaveLength(1);
    expect(within(dialog).getByRole('button', { name: 'Close' })).toBeVisible();
    expect(within(dialog).queryByRole('combobox')).toBeNull();
  });

  test('is read again when something changes in the folder', async () => {
    const { backend, user } = await open();
    const dialog = await toFolderKeys(user);
    await within(dialog).findByRole('table');
    backend.world.folderKeys.set('f-merger', { ...MERGER_KEYS, current: 4, by: 'Bao Linh', older: 134 });
    backend.emit({ type: 'folderChanged', folder: 'f-merger' });
    expect(
      await within(dialog).findByRole('button', { name: 'Move 134 file keys to version 4' }),
    ).toBeVisible();
    expect(dialog).toHaveTextContent('made by Bao Linh');
  });

  test('what cannot be read is said, with a way to try again', async () => {
    const { backend, user } = await open(acme(), { refuse: { folderKeys: refusal('io') } });
    const dialog = await toFolderKeys(user);
    expect(await within(dialog).findByRole('alert')).toHaveTextContent('The disk or the system refused.');
    backend.options.refuse = {};
    await user.click(within(dialog).getByRole('button', { name: 'Try again' }));
    expect(await within(dialog).findByRole('table')).toBeVisible();
  });
});

async function toPasswordAndKeys(user: User) {
  await press(user, /^Ada Novak/);
  await user.click(await screen.findByRole('menuitem', { name: 'Password and keys…' }));
  return screen.findByRole('dialog', { name: 'Password and keys' });
}

async function fill(user: User, current: string, fresh = FRESH, repeat = fresh) {
  for (const [label, text] of [
    ['Your password now', current],
    ['New password', fresh],
    ['New password again', repeat],
  ] as const) {
    const field = screen.getByLabelText(label);
    await user.clear(field);
    await user.type(field, text);
  }
}

describe('password and keys', () => {
  test('the password changes; what does not do is said at its field', async () => {
    const { backend, user } = await open();
    await toPasswordAndKeys(user);
    await waitFor(() => expect(screen.getByLabelText('Your password now')).toHaveFocus());
    await press(user, 'Change the password');
    expect(await screen.findByText('Please type the password you have now.')).toBeVisible();
    expect(screen.getByText('Please choose a password.')).toBeVisible();

    await fill(user, backend.world.password, 'password1', 'password1');
    await press(user, 'Change the password');
    expect(await screen.findByText(/guessed too soon/)).toBeVisible();
    await fill(user, backend.world.password, backend.world.password);
    await press(user, 'Change the password');
    expect(await screen.findByText(/password you have now. Choose another/)).toBeVisible();
    await fill(user, 'wrong', FRESH, `${FRESH}?`);
    await press(user, 'Change the password');
    expect(await screen.findByText(/not the same as above/)).toBeVisible();
    expect(requests(backend)).not.toContain('changePassword');

    await fill(user, 'wrong');
    await press(user, 'Change the password');
    expect(await screen.findByText(/does not open Valise on this computer/)).toBeVisible();
    expect(screen.getByLabelText('Your password now')).toBeInvalid();
    await waitFor(() => expect(screen.getByLabelText('Your password now')).toHaveFocus());
    await fill(user, backend.world.password);
    await press(user, 'Change the password');
    expect(
      await screen.findByText('The password is changed. Any recovery kit you have stays good.'),
    ).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(backend.world.password).toBe(FRESH);
  });

  test('own keys, and a new account key that the folders follow', async () => {
    const { backend, user } = await open();
    const dialog = await toPasswordAndKeys(user);
    expect(await within(dialog).findByText('Account key')).toBeVisible();
    expect(within(dialog).getByText('version 2')).toBeVisible();
    expect(within(dialog).getByText('version 1')).toBeVisible();
    expect(
      within(dialog).getByText('A guess of the password costs 256 MiB of memory and 3 passes over it.'),
    ).toBeVisible();
    expect(within(dialog).queryByText(/the key before/)).toBeNull();
    await press(user, 'New account key');
    expect(await within(dialog).findByText('version 3')).toBeVisible();
    expect(within(dialog).getByText('4 folders still use the key before.')).toBeVisible();
    backend.world.accountKeys.foldersBehind = 1;
    backend.emit({ type: 'folderChanged', folder: 'f-merger' });
    expect(await within(dialog).findByText('1 folder still uses the key before.')).toBeVisible();
  });

  test('from the page Security; keys that cannot be read are said', async () => {
    const { user } = await open(acme(), { refuse: { accountKeys: refusal('io') } });
    await press(user, 'Security');
    await press(user, 'Password and keys…');
    const dialog = await screen.findByRole('dialog', { name: 'Password and keys' });
    expect(await within(dialog).findByText('The disk or the system refused.')).toBeVisible();
    expect(within(dialog).getByRole('button', { name: 'Change the password' })).toBeVisible();
  });
});

describe('somebody may know the password', () => {
  async function toRenew(user: User) {
    await toPasswordAndKeys(user);
    await press(user, 'Make everything new…');
    return screen.findByRole('dialog', { name: 'Somebody may know my password' });
  }

  /** What the engine is asked to make, made when the test says so. */
  function held(backend: MockBackend) {
    let resolve: (kits: Kits) => void = () => undefined;
    let reject: (thrown: Trouble) => void = () => undefined;
    const answer = new Promise<Kits>((done, failed) => {
      resolve = done;
      reject = failed;
    });
    backend.renewKeys = () => answer;
    return { resolve: () => resolve({ set: '3F2A 91C0', kits: KITS, keyring: 'kept' }), reject };
  }

  test('a wrong password changes nothing; the right one leads to new kits, which are asked back', async () => {
    const { backend, user } = await open();
    await toRenew(user);
    await waitFor(() => expect(screen.getByLabelText('Your password now')).toHaveFocus());
    await fill(user, 'wrong');
    await press(user, 'Make everything new');
    expect(await screen.findByText(/does not open Valise on this computer/)).toBeVisible();
    await fill(user, backend.world.password);
    await press(user, 'Make everything new');

    const a = await screen.findByRole('dialog', { name: 'Kit A, 1 of 2' });
    expect(within(a).getByText(/the kits you had open nothing any more/)).toBeVisible();
    expect(backend.world.password).toBe(FRESH);
    expect(backend.world.accountKeys).toMatchObject({ accountVersion: 3, masterVersion: 2 });
    for (const { code, asked } of KITS) {
      await press(user, 'I have it on paper');
      for (const group of asked)
        await user.type(screen.getByLabelText(`Group ${group}`), code.split(' ')[group - 1] ?? '');
      await press(user, 'Check');
    }
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(backend.world.status.waysOut).toBe('both');
  });

  test('one can go back, and nothing was done', async () => {
    const { backend, user } = await open();
    await toRenew(user);
    await press(user, 'Back');
    expect(await screen.findByRole('dialog', { name: 'Password and keys' })).toBeVisible();
    await waitFor(() => expect(screen.getByRole('button', { name: 'Make everything new…' })).toHaveFocus());
    expect(requests(backend)).not.toContain('renewKeys');
  });

  test('while Valise closes and opens again, the window and the dialog stay', async () => {
    const { backend, user } = await open();
    const { resolve } = held(backend);
    const dialog = await toRenew(user);
    await fill(user, backend.world.password);
    await press(user, 'Make everything new');
    expect(await screen.findByRole('button', { name: 'Making everything new…' })).toBeVisible();

    backend.options.refuse = { folders: refusal('locked'), list: refusal('locked') };
    backend.setStatus({ stage: { type: 'locked' }, waysOut: null });
    backend.emit({ type: 'foldersChanged' });
    backend.emit({ type: 'folderChanged', folder: 'f-merger' });
    await user.keyboard('{Escape}');
    expect(dialog).toBeVisible();
    expect(screen.queryByRole('heading', { name: /Welcome back/ })).toBeNull();

    backend.options.refuse = {};
    backend.asked.length = 0;
    backend.setStatus({ stage: { type: 'open' }, waysOut: 'unproven' });
    resolve();
    expect(await screen.findByRole('dialog', { name: 'Kit A, 1 of 2' })).toBeVisible();
    await waitFor(() => expect(requests(backend)).toEqual(expect.arrayContaining(['folders', 'list'])));
    expect(screen.getByRole('grid', { hidden: true })).toBeInTheDocument();
  });

  test('kits are not lost when the news of the lock comes late', async () => {
    const { backend, user } = await open();
    const { resolve } = held(backend);
    await toRenew(user);
    await fill(user, backend.world.password);
    await press(user, 'Make everything new');
    resolve();
    await screen.findByRole('dialog', { name: 'Kit A, 1 of 2' });
    backend.setStatus({ stage: { type: 'locked' }, waysOut: null });
    expect(await screen.findByRole('heading', { name: /Welcome back/ })).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
    backend.setStatus({ stage: { type: 'open' }, waysOut: 'unproven' });
    expect(await screen.findByRole('dialog', { name: 'Kit A, 1 of 2' })).toBeVisible();

    await press(user, 'Later');
    expect(screen.queryByRole('dialog')).toBeNull();
    backend.setStatus({ stage: { type: 'locked' } });
    await screen.findByRole('heading', { name: /Welcome back/ });
    backend.setStatus({ stage: { type: 'open' } });
    await screen.findByRole('grid');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('what fails is said: in the dialog, or where one has to unlock', async () => {
    const { backend, user } = await open(acme(), { refuse: { renewKeys: refusal('diskFull') } });
    const dialog = await toRenew(user);
    await fill(user, backend.world.password);
    await press(user, 'Make everything new');
    expect(await within(dialog).findByText('There is no room left on the disk.')).toBeVisible();

    const { reject } = held(backend);
    await press(user, 'Make everything new');
    backend.setStatus({ ...STATUS, stage: { type: 'locked' } });
    reject(new Trouble(refusal('io')));
    expect(await screen.findByRole('heading', { name: /Welcome back/ })).toBeVisible();
    expect(await screen.findByText('The disk or the system refused.')).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});
