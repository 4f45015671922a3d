import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Trouble, type Device, type Reach } from '$lib/backend';
import { MockBackend, PAIRING, refusal, type MockOptions, type World } from '$lib/backend/mock';
import { clock } from '$lib/format/clock';
import App from '../../App.svelte';
import { acme, DEVICES, STATUS } from '../../design/world';

afterEach(cleanup);
afterEach(() => vi.restoreAllMocks());

type User = ReturnType<typeof userEvent.setup>;

async function open(world: World = acme(), options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  return { backend, user: userEvent.setup({ delay: null }) };
}

const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));

const requests = (backend: MockBackend) => backend.asked.map(([request]) => request);

async function toComputers(user: User) {
  await press(user, 'Security');
  const card = await screen.findByRole('region', { name: 'Your computers' });
  await within(card).findByRole('button', { name: 'Add a computer…' });
  return card;
}

async function choose(user: User, computer: string, item: string) {
  await press(user, `Actions for ${computer}`);
  await user.click(await screen.findByRole('menuitem', { name: item }));
}

const withDevices = (change: (device: Device) => Device): World => ({
  ...acme(),
  devices: DEVICES.map(change),
});

describe('the list of computers', () => {
  test('this one stands first, removed ones are folded, and each has its fingerprint', async () => {
    const { user } = await open();
    const card = await toComputers(user);
    const list = within(card).getByRole('list', { name: 'Computers of your account' });
    const lines = within(list).getAllByRole('listitem');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toHaveTextContent(/Desk at the office this computer/);
    expect(lines[0]).toHaveTextContent('d7a9 1c04 b8e2 5f63 90aa 4e17 c3d8 6b21');
    expect(lines[1]).toHaveTextContent(/A computer without a name connected now/);
    expect(lines[2]).toHaveTextContent(/Laptop last seen yesterday/);
    expect(within(card).queryByText('Old laptop')).toBeNull();
    const fold = within(card).getByRole('button', { name: 'Removed (1)' });
    expect(fold).toHaveAttribute('aria-expanded', 'false');
    await user.click(fold);
    expect(within(card).getByText('Old laptop')).toBeVisible();
    expect(within(card).getByText('last seen on 20 Oct')).toBeVisible();
  });

  test('this computer is renamed, and cannot be removed from here', async () => {
    const { backend, user } = await open();
    const card = await toComputers(user);
    await press(user, 'Actions for Desk at the office');
    expect(await screen.findByRole('menuitem', { name: 'Rename…' })).toBeVisible();
    expect(screen.queryByRole('menuitem', { name: 'Remove…' })).toBeNull();
    await user.click(screen.getByRole('menuitem', { name: 'Rename…' }));
    const field = await screen.findByLabelText('Name');
    expect(field).toHaveValue('Desk at the office');
    await user.clear(field);
    await user.type(field, 'Desk');
    await press(user, 'Rename');
    expect(await within(card).findByText('Desk')).toBeVisible();
    expect(backend.asked).toContainEqual(['nameDevice', 'd-desk', 'Desk']);
  });

  test('is read again when it changes, and what cannot be read is said', async () => {
    const { backend, user } = await open(acme(), { refuse: { devices: refusal('offline') } });
    await press(user, 'Security');
    const card = await screen.findByRole('region', { name: 'Your computers' });
    expect(await within(card).findByRole('alert')).toHaveTextContent('The server cannot be reached.');
    backend.options.refuse = {};
    backend.world.devices = DEVICES.map((device) => ({ ...device, name: `${device.id}!` }));
    backend.emit({ type: 'devicesChanged' });
    expect(await within(card).findByText('d-bag!')).toBeVisible();
  });
});

describe('adding a computer', () => {
  async function toCode(user: User, backend: MockBackend) {
    await press(user, 'Add a computer…');
    await user.type(await screen.findByLabelText('Your password'), backend.world.password);
    await press(user, 'Make a code');
    return screen.findByRole('dialog', { name: 'Type this code on the other computer' });
  }

  test('the password, then the code, then the word that it has come', async () => {
    const { backend, user } = await open();
    await toComputers(user);
    await press(user, 'Add a computer…');
    await waitFor(() => expect(screen.getByLabelText('Your password')).toHaveFocus());
    expect(screen.queryByLabelText('Name of this computer')).toBeNull();
    await press(user, 'Make a code');
    expect(await screen.findByText('Please choose a password.')).toBeVisible();
    await user.type(screen.getByLabelText('Your password'), 'wrong');
    await press(user, 'Make a code');
    expect(await screen.findByText(/does not open Valise on this computer/)).toBeVisible();
    await user.clear(screen.getByLabelText('Your password'));
    await user.type(screen.getByLabelText('Your password'), backend.world.password);
    await press(user, 'Make a code');

    const dialog = await screen.findByRole('dialog', { name: 'Type this code on the other computer' });
    expect(backend.asked).toContainEqual(['pair', null]);
    expect(
      within(dialog).getByRole('img', {
        name: 'Code: 7 Q K M, X 3 T D, 9 F W A, Z H 2 P, 4 R V E, 8 N C B, 6 Y J G',
      }),
    ).toHaveTextContent(PAIRING.code);
    expect(within(dialog).getByRole('img', { name: /QR code/ })).toBeVisible();
    expect(within(dialog).getByText(PAIRING.catalog)).toBeVisible();
    expect(within(dialog).getByText('10:00 left')).toBeVisible();
    expect(within(dialog).getByText(/choose “I use Valise on another computer”/)).toBeVisible();
    const copy = within(dialog).getByRole('button', { name: 'Copy code' });
    await waitFor(() => expect(copy).toHaveFocus());
    await user.click(copy);
    expect(backend.copied).toBe(PAIRING.code);

    backend.emit({ type: 'paired', name: 'Laptop', trouble: null });
    expect(
      await screen.findByRole('heading', { name: '“Laptop” is now one of your computers' }),
    ).toBeVisible();
    expect(within(dialog).getByRole('status')).toHaveTextContent('“Laptop” is now one of your computers');
    const done = screen.getByRole('button', { name: 'Done' });
    await waitFor(() => expect(done).toHaveFocus());
    await user.click(done);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(requests(backend)).not.toContain('endPairing');
  });

  test('a computer without a name gets one first', async () => {
    const { backend, user } = await open(
      withDevices((device) => (device.here ? { ...device, name: null } : device)),
    );
    const card = await toComputers(user);
    await press(user, 'Add a computer…');
    const name = await screen.findByLabelText('Name of this computer');
    expect(name).toHaveValue('ada-desk');
    await user.clear(name);
    await user.type(name, 'Desk');
    await user.type(screen.getByLabelText('Your password'), backend.world.password);
    await press(user, 'Make a code');
    await screen.findByRole('dialog', { name: 'Type this code on the other computer' });
    expect(backend.asked).toContainEqual(['pair', 'Desk']);
    await user.keyboard('{Escape}');
    expect(await within(card).findByText('Desk')).toBeVisible();
  });

  test('trouble is said, and a new code asks for the password again', async () => {
    const { backend, user } = await open();
    await toComputers(user);
    await toCode(user, backend);
    backend.emit({ type: 'paired', name: null, trouble: refusal('notPaired') });
    expect(await screen.findByRole('alert')).toHaveTextContent('The two computers did not find each other.');
    const again = screen.getByRole('button', { name: 'Make a new code' });
    await waitFor(() => expect(again).toHaveFocus());
    await user.click(again);
    const field = await screen.findByLabelText('Your password');
    expect(field).toHaveValue('');
    await waitFor(() => expect(field).toHaveFocus());
    await user.type(field, `${backend.world.password}{Enter}`);
    expect(await screen.findByRole('dialog', { name: /Type this code/ })).toBeVisible();
    expect(requests(backend).filter((request) => request === 'pair')).toHaveLength(2);
  });

  test('closing the dialog ends it, also while the code is being made', async () => {
    const { backend, user } = await open();
    await toComputers(user);
    await toCode(user, backend);
    expect(requests(backend)).not.toContain('endPairing');
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(requests(backend).filter((request) => request === 'endPairing')).toHaveLength(1);

    let made: () => void = () => undefined;
    const answer = new Promise<void>((done) => (made = done));
    backend.pair = async () => {
      await answer;
      return { ...PAIRING, expires: clock.now() + 600_000 };
    };
    await press(user, 'Add a computer…');
    await user.type(await screen.findByLabelText('Your password'), `${backend.world.password}{Enter}`);
    await user.keyboard('{Escape}');
    made();
    await waitFor(() =>
      expect(requests(backend).filter((request) => request === 'endPairing')).toHaveLength(2),
    );
  });

  test('a code that has run out is taken away', async () => {
    const start = clock.now();
    let now = start;
    vi.spyOn(clock, 'now').mockImplementation(() => now);
    const { backend, user } = await open();
    await toComputers(user);
    await toCode(user, backend);
    now = start + 90_000;
    expect(await screen.findByText('8:30 left')).toBeVisible();
    now = start + 600_001;
    expect(await screen.findByRole('dialog', { name: 'This code has run out' })).toBeVisible();
    expect(screen.queryByRole('img', { name: /^Code/ })).toBeNull();
    await press(user, 'Make a new code');
    expect(await screen.findByLabelText('Your password')).toBeVisible();
  });

  test('without a server there is nothing that another computer could reach', async () => {
    const { user } = await open({ ...acme(), status: { ...STATUS, connection: 'none' } });
    await toComputers(user);
    await press(user, 'Add a computer…');
    const dialog = await screen.findByRole('dialog', { name: 'Add a computer' });
    await user.click(within(dialog).getByRole('button', { name: 'Connect a server' }));
    expect(await screen.findByLabelText('Address of the server')).toBeVisible();
  });
});

describe('removing a computer', () => {
  test('what it can open is shown, the password is asked for, and new kits follow', async () => {
    const { backend, user } = await open();
    await toComputers(user);
    await choose(user, 'Laptop', 'Remove…');
    const dialog = await screen.findByRole('dialog', { name: 'Remove “Laptop”?' });
    expect(
      await within(dialog).findByText(
        'It can open 14 versions of files in 3 folders. Assume that whoever has it has read them.',
      ),
    ).toBeVisible();
    const folder = within(dialog).getByRole('button', { name: /Brightwater merger/ });
    expect(folder).toHaveTextContent('9 versions');
    expect(within(dialog).queryByText('Share purchase agreement v7.docx')).toBeNull();
    await user.click(folder);
    expect(within(dialog).getByText('Share purchase agreement v7.docx')).toBeVisible();
    expect(within(dialog).getByRole('button', { name: /My files/ })).toBeVisible();
    expect(within(dialog).getByText(/refused at once/)).toBeVisible();
    expect(within(dialog).getByText(/recovery kit you have stops working/)).toBeVisible();

    await press(user, 'Remove this computer');
    expect(requests(backend)).not.toContain('removeDevice');
    await user.type(within(dialog).getByLabelText('Your password'), 'wrong{Enter}');
    expect(await within(dialog).findByText(/does not open Valise on this computer/)).toBeVisible();
    await user.clear(within(dialog).getByLabelText('Your password'));
    await user.type(within(dialog).getByLabelText('Your password'), `${backend.world.password}{Enter}`);

    const kits = await screen.findByRole('dialog', { name: 'Kit A, 1 of 2' });
    expect(kits).toHaveTextContent('The computer is removed, your keys are new');
    await press(user, 'Later');
    const card = await screen.findByRole('region', { name: 'Your computers' });
    expect(await within(card).findByRole('button', { name: 'Removed (2)' })).toBeVisible();
    expect(backend.asked).toContainEqual(['removeDevice', 'd-bag']);
  });

  test('what fails is said above the dialog, which stays', async () => {
    const { backend, user } = await open(acme(), {
      refuse: { removeDevice: refusal('offline'), reach: refusal('io') },
    });
    await toComputers(user);
    await choose(user, 'Laptop', 'Remove…');
    const dialog = await screen.findByRole('dialog', { name: 'Remove “Laptop”?' });
    expect(await within(dialog).findByRole('alert')).toHaveTextContent('The disk or the system refused.');
    await user.type(within(dialog).getByLabelText('Your password'), `${backend.world.password}{Enter}`);
    expect(await screen.findByText('The server cannot be reached.')).toBeInTheDocument();
    expect(dialog).toBeVisible();
  });

  test('of a removed one, what it could open and what came later', async () => {
    const { user } = await open();
    await toComputers(user);
    await press(user, 'Removed (1)');
    await press(user, 'What it could open… (Old laptop)');
    const dialog = await screen.findByRole('dialog', { name: 'What “Old laptop” could open' });
    expect(await within(dialog).findByText(/It could open 14 versions of files in 3 folders/)).toBeVisible();
    expect(within(dialog).getByText('3 versions came later and are closed to it.')).toBeVisible();
    expect(within(dialog).getByText('Its key changes before anything new comes.')).toBeVisible();
    await user.click(within(dialog).getByRole('button', { name: /Brightwater merger/ }));
    expect(within(dialog).getByText('5 versions, 2 closed')).toBeVisible();
  });

  test('of very many files, two hundred are listed', async () => {
    const files = Array.from({ length: 250 }, (_, at) => ({ path: `File ${at}.pdf`, open: 1, closed: 0 }));
    const folder = {
      folder: 'f-merger',
      name: 'Brightwater merger',
      open: 250,
      closed: 0,
      keyChanged: false,
    };
    const reach: Reach = { device: 'd-bag', valid: true, folders: [{ ...folder, files }] };
    const { user } = await open({ ...acme(), reach: new Map([['d-bag', reach]]) });
    await toComputers(user);
    await choose(user, 'Laptop', 'Remove…');
    await press(user, /Brightwater merger 250 versions/);
    expect(screen.getByText('File 199.pdf')).toBeInTheDocument();
    expect(screen.queryByText('File 200.pdf')).toBeNull();
    expect(screen.getByText('and 50 more files')).toBeInTheDocument();
  });
});

describe('a computer that was removed', () => {
  const LEAVE = 'Remove Valise’s data from this computer…';

  test('says so, and forgets all only for the right name', async () => {
    const { backend, user } = await open({ ...acme(), status: { ...STATUS, connection: 'removed' } });
    const bar = await screen.findByRole('alert');
    expect(bar).toHaveTextContent('This computer was removed from your account');
    expect(bar).toHaveTextContent('Your files are safe with your other computers');
    await user.click(within(bar).getByRole('button', { name: LEAVE }));
    const dialog = await screen.findByRole('dialog', { name: 'Remove Valise’s data from this computer?' });
    const field = within(dialog).getByLabelText('To be sure, type the name of the workspace: Acme Legal');
    await waitFor(() => expect(field).toHaveFocus());
    await press(user, 'Remove the data');
    expect(await within(dialog).findByText(/This is not the name/)).toBeVisible();
    await user.type(field, 'Acme{Enter}');
    expect(field).toBeInvalid();
    expect(within(dialog).queryByText(/If this is your only computer/)).toBeNull();
    expect(requests(backend)).not.toContain('forget');
    await user.type(field, ' legal{Enter}');
    expect(await screen.findByRole('heading', { name: 'Welcome to Valise' })).toBeVisible();
    expect(requests(backend)).toContain('forget');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(await screen.findByText('Valise’s data is removed from this computer.')).toBeInTheDocument();
  });

  test('one can leave from the page Security as well, and is warned', async () => {
    const { backend, user } = await open();
    expect(screen.queryByRole('alert')).toBeNull();
    await press(user, 'Security');
    expect(await screen.findByText(/All that Valise keeps here goes away/)).toBeVisible();
    await press(user, LEAVE);
    expect(await screen.findByText(/Only what you share stays/)).toBeVisible();
    await press(user, 'Cancel');
    expect(requests(backend)).not.toContain('forget');
  });

  const HOSTED = 'This computer hosts the workspace: without it, nobody could share anything.';

  async function leave(user: User): Promise<HTMLElement> {
    await press(user, 'Security');
    await press(user, LEAVE);
    const dialog = await screen.findByRole('dialog', { name: 'Remove Valise’s data from this computer?' });
    await user.type(within(dialog).getByLabelText(/^To be sure/), 'Acme Legal{Enter}');
    return dialog;
  }

  test('one that hosts the workspace is not left, and that is said in the dialog', async () => {
    const { user } = await open(acme(), { refuse: { forget: refusal('notAllowed', { happened: HOSTED }) } });
    const dialog = await leave(user);
    const alert = await within(dialog).findByRole('alert');
    expect(alert).toHaveTextContent(HOSTED);
    expect(alert).toHaveTextContent('Nothing was removed.');
    expect(screen.getAllByText(HOSTED)).toHaveLength(1);
    expect(within(dialog).queryByRole('button', { name: 'Remove the data' })).toBeNull();
    const close = within(alert).getByRole('button', { name: 'Close' });
    expect(close).toHaveFocus();
    await user.click(close);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('what else goes wrong can be tried again', async () => {
    const { backend, user } = await open(acme(), { refuse: { forget: refusal('io') } });
    const dialog = await leave(user);
    expect(await within(dialog).findByRole('alert')).toHaveTextContent('The disk or the system refused.');
    await user.click(within(dialog).getByRole('button', { name: 'Try again' }));
    const field = await within(dialog).findByLabelText(/^To be sure/);
    expect(field).toHaveValue('Acme Legal');
    expect(field).toHaveFocus();
    backend.options.refuse = {};
    await press(user, 'Remove the data');
    expect(await screen.findByRole('heading', { name: 'Welcome to Valise' })).toBeVisible();
  });

  test('what goes wrong after Valise was locked is said where the dialog was', async () => {
    const { backend, user } = await open();
    backend.forget = async () => {
      backend.setStatus({ stage: { type: 'locked' } });
      throw new Trouble(refusal('io'));
    };
    await leave(user);
    expect(await screen.findByText('The disk or the system refused.')).toBeInTheDocument();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByLabelText('Password')).toBeVisible();
  });

  test('is told when it is unlocked, and can be left from there', async () => {
    const world: World = { ...acme(), status: { ...STATUS, stage: { type: 'locked' } } };
    const backend = new MockBackend(world, { refuse: { unlock: refusal('removed') } });
    const user = userEvent.setup({ delay: null });
    render(App, { props: { backend } });
    await user.type(await screen.findByLabelText('Password'), `${world.password}{Enter}`);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'This computer was removed from your account.',
    );
    await press(user, LEAVE);
    const field = await screen.findByLabelText('To be sure, type the name of the workspace: Acme Legal');
    await user.type(field, 'Acme Legal{Enter}');
    expect(await screen.findByRole('heading', { name: 'Welcome to Valise' })).toBeVisible();
    expect(requests(backend)).toContain('forget');
  });
});
