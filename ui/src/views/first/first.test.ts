import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { Trouble } from '$lib/backend';
import { KITS, MockBackend, PAIRING, refusal, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, blank, RECOVERY, STATUS } from '../../design/world';

afterEach(cleanup);

const PASSWORD = 'violet ladder marble seven';

function start(world: World, options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  return { backend, user: userEvent.setup({ delay: null }) };
}

const press = async (user: ReturnType<typeof userEvent.setup>, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));

describe('starting a workspace', () => {
  test('from nothing to the first folder', async () => {
    const { backend, user } = start(blank());
    await press(user, /Start a workspace/);
    await user.type(screen.getByLabelText('Your name'), 'Ada Novak');
    await user.type(screen.getByLabelText('Choose a password for this computer'), PASSWORD);
    await press(user, 'Continue');
    await user.type(await screen.findByLabelText('Name of the workspace'), 'Acme Legal');
    await press(user, 'Continue');
    await user.type(await screen.findByLabelText('Name of the folder'), 'Brightwater merger');
    await press(user, 'Make the folder');

    expect(await screen.findByRole('heading', { level: 1, name: 'Brightwater merger' })).toBeVisible();
    expect(await screen.findByText('This folder is empty')).toBeVisible();
    expect(backend.asked).toContainEqual(['create', 'Ada Novak', PASSWORD, 'Acme Legal', null]);
    expect(backend.asked).toContainEqual(['createFolder', 'Brightwater merger']);
  });

  test('says what is missing beside the field, and puts the focus there', async () => {
    const { backend, user } = start(blank());
    await press(user, /Start a workspace/);
    await user.type(screen.getByLabelText('Choose a password for this computer'), 'short');
    await press(user, 'Continue');
    expect(await screen.findByText('Please give your name.')).toBeVisible();
    expect(screen.getByText('Please use at least 8 characters.')).toBeVisible();
    expect(screen.getByLabelText('Your name')).toHaveFocus();
    expect(screen.getByLabelText('Your name')).toBeInvalid();
    expect(backend.asked.map(([request]) => request)).not.toContain('create');
  });

  test('a password that is guessed at once is not taken', async () => {
    const { user } = start(blank());
    await press(user, /Start a workspace/);
    await user.type(screen.getByLabelText('Your name'), 'Ada');
    await user.type(screen.getByLabelText('Choose a password for this computer'), 'password1');
    await press(user, 'Continue');
    expect(await screen.findByText('This one is guessed too soon. Add a word or two.')).toBeVisible();
    expect(await screen.findByText('Guessed at once.')).toBeVisible();
  });

  test('a server that does not answer is said in words that fit, and nothing is lost', async () => {
    const { user, backend } = start(blank(), { refuse: { create: refusal('offline') } });
    await press(user, /Start a workspace/);
    await user.type(screen.getByLabelText('Your name'), 'Ada');
    await user.type(screen.getByLabelText('Choose a password for this computer'), PASSWORD);
    await press(user, 'Continue');
    await user.type(await screen.findByLabelText('Name of the workspace'), 'Acme');
    await user.click(screen.getByRole('radio', { name: /On our server/ }));
    await press(user, 'Continue');
    expect(await screen.findByText('Please type the server’s address.')).toBeVisible();
    await user.type(screen.getByLabelText('Address of the server'), 'https://valise.example');
    await press(user, 'Continue');
    expect(await screen.findByRole('alert')).toHaveTextContent('No server answers at this address.');
    backend.options.refuse = {};
    await press(user, 'Continue');
    expect(await screen.findByLabelText('Name of the folder')).toBeVisible();
    expect(backend.asked).toContainEqual(['create', 'Ada', PASSWORD, 'Acme', 'https://valise.example']);
  });

  test('the lock screen says what waits', async () => {
    const world = acme();
    world.status = { ...world.status, stage: { type: 'locked' } };
    const { backend } = start(world);
    await screen.findByLabelText('Password');
    expect(screen.queryByText(/until you unlock/)).toBeNull();
    backend.setStatus({ waiting: 3 });
    expect(await screen.findByText('3 changes wait here until you unlock, and are sent then.')).toBeVisible();
    backend.setStatus({ waiting: 0, unheld: 1 });
    expect(
      await screen.findByText('1 file is on this computer only. Sending goes on when you unlock.'),
    ).toBeVisible();
  });

  test('caps lock is seen, and a password can be shown', async () => {
    const { user } = start(blank());
    await press(user, /Start a workspace/);
    const field = screen.getByLabelText('Choose a password for this computer');
    await user.click(field);
    await user.keyboard('{CapsLock}a');
    expect(await screen.findByText('Caps lock is on.')).toBeVisible();
    expect(field).toHaveAttribute('type', 'password');
    await press(user, 'Show password');
    expect(field).toHaveAttribute('type', 'text');
  });
});

describe('joining', () => {
  test('a pasted link says who invites, and the newcomer waits for their computer', async () => {
    const { backend, user } = start(blank());
    await press(user, /I have an invitation/);
    await user.click(screen.getByLabelText('Invitation link'));
    await user.paste('valise://join/1/abc');
    expect(await screen.findByRole('heading', { name: 'Ada Novak invites you' })).toBeVisible();
    expect(screen.getByText('to the folder “Brightwater merger” of Acme Legal')).toBeVisible();
    await press(user, 'Continue');
    await user.type(screen.getByLabelText('Your name'), 'Chidi Okafor');
    await user.type(screen.getByLabelText('Choose a password for this computer'), PASSWORD);
    await press(user, 'Join');
    expect(
      await screen.findByRole('heading', { name: 'Waiting for Ada’s computer to let you in' }),
    ).toBeVisible();
    expect(backend.asked).toContainEqual(['join', 'valise://join/1/abc', 'Chidi Okafor', PASSWORD]);

    backend.world.folders = acme().folders;
    backend.setStatus({ stage: { type: 'open' } });
    expect(await screen.findByRole('navigation', { name: 'Places' })).toBeVisible();
  });

  test('a clicked link goes straight to what it says', async () => {
    const { backend, user } = start(blank());
    await screen.findByRole('button', { name: /Start a workspace/ });
    backend.clickInvitation('valise://join/1/clicked');
    expect(await screen.findByRole('heading', { name: 'Ada Novak invites you' })).toBeVisible();
    expect(backend.asked).toContainEqual(['inspectInvitation', 'valise://join/1/clicked']);
    await press(user, 'Continue');
    expect(await screen.findByLabelText('Your name')).toBeVisible();
  });

  test('a link that does not do, and one that is too old', async () => {
    const world = blank();
    world.preview = { ...world.preview, expires: 1 };
    const { user } = start(world);
    await press(user, /I have an invitation/);
    await user.type(screen.getByLabelText('Invitation link'), 'https://nowhere');
    await press(user, 'Continue');
    expect(await screen.findByText(/This invitation cannot be used/)).toBeVisible();
    await user.clear(screen.getByLabelText('Invitation link'));
    await user.paste('valise://join/1/old');
    expect(await screen.findByText(/has expired/)).toBeVisible();
    await press(user, 'Continue');
    expect(screen.queryByLabelText('Your name')).toBeNull();
  });
});

describe('one more computer of a person', () => {
  const password = () => screen.findByLabelText('Choose a password for this computer');

  test('a pasted link fills the address, and the account opens here', async () => {
    const { backend, user } = start(blank());
    await press(user, /I use Valise on another computer/);
    const code = await screen.findByLabelText('Code');
    await waitFor(() => expect(code).toHaveFocus());
    await user.paste(PAIRING.link);
    expect(code).toHaveValue(PAIRING.code);
    expect(screen.getByLabelText('Address')).toHaveValue(PAIRING.catalog);
    const name = screen.getByLabelText('Name of this computer');
    expect(name).toHaveValue('ada-desk');
    await user.clear(name);
    await user.type(name, 'Laptop');
    expect(screen.getByText(/A password belongs to one computer/)).toBeVisible();
    await user.type(await password(), PASSWORD);
    backend.world.folders = acme().folders;
    await press(user, 'Add this computer');
    expect(await screen.findByRole('navigation', { name: 'Places' })).toBeVisible();
    expect(backend.asked).toContainEqual(['joinAccount', PAIRING.code, PAIRING.catalog, 'Laptop']);
  });

  test('what is missing is said beside the fields', async () => {
    const { backend, user } = start(blank());
    await press(user, /I use Valise on another computer/);
    await press(user, 'Add this computer');
    expect(await screen.findByText('Please type the code that your other computer shows.')).toBeVisible();
    expect(screen.getByText(/Please type the address/)).toBeVisible();
    expect(screen.getByText('Please choose a password.')).toBeVisible();
    expect(backend.asked.map(([request]) => request)).not.toContain('joinAccount');
    await press(user, 'Back');
    expect(await screen.findByRole('heading', { name: 'Welcome to Valise' })).toBeVisible();
  });

  test('the wait is told, and so is trouble; what was typed is still there', async () => {
    const { backend, user } = start(blank(), { delay: 50, refuse: { joinAccount: refusal('notPaired') } });
    await press(user, /I use Valise on another computer/);
    await user.type(await screen.findByLabelText('Code'), '7qkm x3td');
    await user.type(screen.getByLabelText('Address'), 'http://10.0.0.7:8443');
    await user.clear(screen.getByLabelText('Name of this computer'));
    await user.type(await password(), PASSWORD);
    await press(user, 'Add this computer');
    expect(await screen.findByRole('heading', { name: 'Waiting for your other computer…' })).toBeVisible();
    expect(await screen.findByRole('alert')).toHaveTextContent('The two computers did not find each other.');
    expect(backend.asked).toContainEqual(['joinAccount', '7QKM X3TD', 'http://10.0.0.7:8443', null]);
    await press(user, 'Try again');
    expect(await screen.findByLabelText('Code')).toHaveValue('7qkm x3td');
    expect(await password()).toHaveValue(PASSWORD);
  });

  test('a clicked link goes straight there', async () => {
    const { backend, user } = start(blank());
    await screen.findByRole('button', { name: /Start a workspace/ });
    backend.clickInvitation(PAIRING.link);
    expect(await screen.findByLabelText('Code')).toHaveValue(PAIRING.code);
    expect(backend.asked.map(([request]) => request)).not.toContain('inspectInvitation');
    await press(user, 'Back');
    expect(await screen.findByRole('heading', { name: 'Welcome to Valise' })).toBeVisible();
  });

  test('a link that is clicked while it runs does not restart the step', async () => {
    const { backend, user } = start(blank());
    let join: () => void = () => undefined;
    const answer = new Promise<void>((done) => (join = done));
    backend.joinAccount = async () => {
      await answer;
      throw new Trouble(refusal('notPaired'));
    };
    await press(user, /I use Valise on another computer/);
    await user.type(await screen.findByLabelText('Code'), '7qkm x3td');
    await user.type(screen.getByLabelText('Address'), 'http://10.0.0.7:8443');
    await user.type(await password(), PASSWORD);
    await press(user, 'Add this computer');
    const heading = await screen.findByRole('heading', { name: 'Waiting for your other computer…' });
    for (const link of [PAIRING.link, 'valise://join/1/clicked', PAIRING.link]) {
      backend.clickInvitation(link);
      await tick();
      expect(heading).toBeVisible();
    }
    join();
    expect(await screen.findByRole('alert')).toHaveTextContent('The two computers did not find each other.');
    await tick();
    expect(screen.getByRole('alert')).toBeVisible();
    // Whoever has read that gets what the newest link says.
    await press(user, 'Try again');
    expect(await screen.findByLabelText('Code')).toHaveValue(PAIRING.code);
  });
});

describe('every other computer is lost', () => {
  const A = KITS[0]?.code ?? '';
  const B = KITS[1]?.code ?? '';
  type User = ReturnType<typeof userEvent.setup>;
  const asked = (backend: MockBackend) => backend.asked.filter(([request]) => request === 'recoverAccount');

  async function fill(user: User, other = B): Promise<void> {
    const code = await screen.findByLabelText('Code of one kit');
    await waitFor(() => expect(code).toHaveFocus());
    await user.paste(A);
    await user.click(screen.getByLabelText('Code of the other kit'));
    await user.paste(other);
    await user.type(screen.getByLabelText('Address'), PAIRING.catalog);
    await user.type(screen.getByLabelText('Choose a new password for this computer'), PASSWORD);
  }

  async function toForm(user: User): Promise<void> {
    await press(user, /I lost my other computers/);
    await fill(user);
  }

  test('both kits open the account, and new kits are shown and asked back', async () => {
    const { backend, user } = start({ ...acme(), status: blank().status });
    await press(user, /I use Valise on another computer/);
    await press(user, 'I lost my other computers');
    expect(await screen.findByText('It stands on the kits.')).toBeVisible();
    expect(screen.getByLabelText('Name of this computer')).toHaveValue('ada-desk');
    const alone = screen.getByRole('checkbox', { name: 'Remove my other computers from the account' });
    expect(alone).toBeChecked();
    expect(alone).toHaveAccessibleDescription(/refused at once/);
    await fill(user);
    await press(user, 'Open my account');

    const first = await screen.findByRole('dialog', { name: 'Kit A, 1 of 2' });
    expect(first).toHaveTextContent('The kits you used are used up.');
    expect(asked(backend)).toEqual([['recoverAccount', [A, B], PAIRING.catalog, 'ada-desk', true]]);
    expect(screen.getByRole('navigation', { name: 'Places', hidden: true })).toBeInTheDocument();
    for (const { kit, code, asked: groups } of KITS) {
      await press(user, 'I have it on paper');
      for (const group of groups) {
        await user.type(screen.getByLabelText(`Group ${group}`), code.split(' ')[group - 1] ?? '');
      }
      await press(user, 'Check');
      expect(await screen.findByText(`Kit ${kit.toUpperCase()} is known to be kept.`)).toBeInTheDocument();
    }
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(backend.world.status.waysOut).toBe('both');
  });

  test('the other computers stay when that is wished, and a name may be left out', async () => {
    const { backend, user } = start(blank());
    await toForm(user);
    await user.clear(screen.getByLabelText('Name of this computer'));
    await user.click(screen.getByRole('checkbox'));
    expect(screen.getByRole('checkbox')).not.toBeChecked();
    await press(user, 'Open my account');
    expect(await screen.findByRole('dialog', { name: /Kit A/ })).toBeVisible();
    expect(asked(backend)).toEqual([['recoverAccount', [A, B], PAIRING.catalog, null, false]]);
  });

  test('the same kit twice is said, and what was typed is still there', async () => {
    const { user } = start(blank());
    await press(user, /I lost my other computers/);
    await fill(user, A);
    await press(user, 'Open my account');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Both codes are of the same kit.');
    expect(alert).toHaveTextContent('Type the code of the other kit as the second one.');
    const again = screen.getByRole('button', { name: 'Try again' });
    expect(again).toHaveFocus();
    await user.click(again);
    expect(await screen.findByLabelText('Code of one kit')).toHaveValue(A);
    expect(screen.getByLabelText('Choose a new password for this computer')).toHaveValue(PASSWORD);
    const other = screen.getByLabelText('Code of the other kit');
    await user.clear(other);
    await user.paste(B);
    await press(user, 'Open my account');
    expect(await screen.findByRole('dialog', { name: /Kit A/ })).toBeVisible();
  });

  test.each([
    [
      'notPaired',
      'Make a new code on the other computer.',
      'No account at this address belongs to these kits.',
    ],
    ['offline', 'What you have here can be used.', 'No server answers at this address.'],
  ] as const)('%s is told in words that fit who has nothing here yet', async (code, todo, told) => {
    const { user } = start(blank(), {
      refuse: { recoverAccount: refusal(code, { happened: 'It did not go.', todo, details: 'for support' }) },
    });
    await toForm(user);
    await press(user, 'Open my account');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(told);
    expect(alert).toHaveTextContent(`Code: ${code} · for support`);
    expect(alert).not.toHaveTextContent(todo);
  });

  test('what is missing is said beside the fields, and one can go back', async () => {
    const { backend, user } = start(blank());
    await press(user, /I use Valise on another computer/);
    await press(user, 'I lost my other computers');
    await press(user, 'Open my account');
    expect(await screen.findByText(/Please type the code of a kit/)).toBeVisible();
    expect(screen.getByText('Please type the code of the other kit too.')).toBeVisible();
    expect(screen.getByText('Please type the address. It stands on the kits.')).toBeVisible();
    expect(screen.getByText('Please choose a password.')).toBeVisible();
    expect(asked(backend)).toEqual([]);
    await press(user, 'Back');
    expect(await screen.findByRole('heading', { name: 'Add this computer' })).toBeVisible();
  });

  test('the wait stays while Valise opens and closes behind it, and so does what went wrong', async () => {
    const { backend, user } = start({ ...acme(), status: blank().status });
    let refuse: () => void = () => undefined;
    const answer = new Promise<void>((done) => (refuse = done));
    const before = backend.world.status;
    backend.recoverAccount = async () => {
      backend.setStatus({ ...STATUS });
      await answer;
      backend.setStatus(before);
      throw new Trouble(refusal('notAllowed', { happened: 'Your account was changed meanwhile.' }));
    };
    await toForm(user);
    await press(user, 'Open my account');
    expect(await screen.findByRole('heading', { name: 'Opening your account…' })).toBeVisible();
    expect(screen.queryByRole('navigation')).toBeNull();
    refuse();
    expect(await screen.findByRole('alert')).toHaveTextContent('Your account was changed meanwhile.');
    await press(user, 'Try again');
    expect(await screen.findByLabelText('Code of one kit')).toHaveValue(A);
  });

  test('a clicked link waits until the outcome was answered', async () => {
    const { backend, user } = start(blank(), {
      delay: 50,
      refuse: { recoverAccount: refusal('offline') },
    });
    await toForm(user);
    await press(user, 'Open my account');
    expect(await screen.findByRole('heading', { name: 'Opening your account…' })).toBeVisible();
    backend.clickInvitation(PAIRING.link);
    expect(await screen.findByRole('alert')).toHaveTextContent('No server answers at this address.');
    await press(user, 'Try again');
    expect(await screen.findByLabelText('Code')).toHaveValue(PAIRING.code);
  });
});

describe('unlocking', () => {
  const locked = (): World => ({ ...acme(), status: { ...STATUS, stage: { type: 'locked' } } });

  test('a wrong password is said beside it; the right one opens', async () => {
    const { user } = start(locked());
    const field = await screen.findByLabelText('Password');
    expect(field).toHaveFocus();
    await user.type(field, 'wrong{Enter}');
    expect(await screen.findByText(/does not open Valise on this computer/)).toBeVisible();
    await user.clear(field);
    await user.type(field, `${PASSWORD}{Enter}`);
    expect(await screen.findByRole('navigation', { name: 'Places' })).toBeVisible();
  });

  test('another process that holds the home is told in words, with a way on', async () => {
    const { user, backend } = start(acme(), { refuse: { status: refusal('inUse') } });
    expect(await screen.findByText('Another Valise is working with these files.')).toBeVisible();
    backend.options.refuse = {};
    await press(user, 'Try again');
    expect(await screen.findByRole('navigation', { name: 'Places' })).toBeVisible();
  });
});

describe('a forgotten password', () => {
  const locked = (keyring: World['recovery']['keyring']): World => ({
    ...acme(),
    status: { ...STATUS, stage: { type: 'locked' }, waysOut: null },
    recovery: { ...RECOVERY, keyring },
  });
  const A = KITS[0]?.code ?? '';
  const B = KITS[1]?.code ?? '';

  test('one kit and the keyring open, and new kits are shown', async () => {
    const { backend, user } = start(locked('kept'));
    await press(user, 'Forgotten?');
    const code = screen.getByLabelText('Code of the kit');
    expect(code).toHaveFocus();
    await user.click(code);
    await user.paste(A);
    await user.type(screen.getByLabelText('Choose a new password for this computer'), PASSWORD);
    await press(user, 'Open Valise');
    expect(await screen.findByRole('dialog', { name: /Kit A/ })).toBeVisible();
    expect(screen.getByText(/The kits you used are used up/)).toBeVisible();
    expect(backend.asked).toContainEqual(['recover', [A], PASSWORD]);
  });

  test('a keyring that does not help is no dead end: the other kit is asked for', async () => {
    const { backend, user } = start(locked('locked'));
    await press(user, 'Forgotten?');
    await user.click(screen.getByLabelText('Code of the kit'));
    await user.paste(A);
    await user.type(screen.getByLabelText('Choose a new password for this computer'), PASSWORD);
    await press(user, 'Open Valise');
    expect(await screen.findByText(/one more way is needed/)).toBeVisible();
    const other = await screen.findByLabelText('Code of the other kit');
    expect(other).toHaveFocus();
    await user.paste(B);
    await press(user, 'Open Valise');
    expect(await screen.findByRole('dialog', { name: /Kit A/ })).toBeVisible();
    expect(backend.asked).toContainEqual(['recover', [A, B], PASSWORD]);
  });

  test('what is missing or wrong is said, and one can go back to the password', async () => {
    const { user } = start(locked('kept'));
    await press(user, 'Forgotten?');
    await press(user, 'Open Valise');
    expect(await screen.findByText(/Please type the code of a kit/)).toBeVisible();
    await user.type(screen.getByLabelText('Code of the kit'), 'VAL1 QQQQ');
    await user.type(screen.getByLabelText('Choose a new password for this computer'), PASSWORD);
    await press(user, 'Open Valise');
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('not the code of a kit'));
    await press(user, 'Back');
    expect(await screen.findByLabelText('Password')).toBeVisible();
  });
});
