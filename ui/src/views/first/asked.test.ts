import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AskedRecovery } from '$lib/backend';
import { KITS, MockBackend, PAIRING, refusal, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, ASKED, blank, CHIDI_HELPS, HELPED, NOW, STATUS } from '../../design/world';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const PASSWORD = 'violet ladder marble seven';
const A = KITS[0]?.code ?? '';
type User = ReturnType<typeof userEvent.setup>;

function start(world: World, options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  return { backend, user: userEvent.setup({ delay: null }) };
}

const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));
const asked = (backend: MockBackend, request: string) => backend.asked.filter(([name]) => name === request);

const fresh = (): World => ({ ...acme(), status: blank().status, authority: CHIDI_HELPS });
const locked = (more: Partial<World> = {}): World => ({
  ...acme(),
  status: { ...STATUS, stage: { type: 'locked' }, waysOut: null },
  authority: CHIDI_HELPS,
  recovery: HELPED,
  ...more,
});
const waiting = (change: Partial<AskedRecovery> = {}, world = fresh()): World => ({
  ...world,
  status: { ...world.status, asked: true },
  asked: { ...ASKED, ...change },
});

describe('one kit, and the officers', () => {
  async function fill(user: User): Promise<void> {
    await press(user, /I lost my other computers/);
    await user.click(await screen.findByRole('radio', { name: /^I have one kit/ }));
    expect(screen.queryByLabelText('Code of the other kit')).toBeNull();
    await user.click(screen.getByLabelText('Code of the kit'));
    await user.paste(A);
    await user.type(screen.getByLabelText('Address'), PAIRING.catalog);
    await user.type(screen.getByLabelText('Choose a new password for this computer'), PASSWORD);
    await user.type(screen.getByLabelText('What to say to your officers'), 'Stolen on the train');
  }

  test('officers are asked, the fingerprint is read out, and the account opens when they have helped', async () => {
    const { backend, user } = start(fresh());
    await fill(user);
    await press(user, 'Ask my officers');
    expect(await screen.findByRole('heading', { name: 'Waiting for your officers' })).toBeVisible();
    expect(asked(backend, 'askRecovery')).toEqual([
      [
        'askRecovery',
        { code: A, catalog: PAIRING.catalog, name: 'ada-desk', alone: true, reason: 'Stolen on the train' },
      ],
    ]);
    expect(await screen.findByText('Call one of your officers and read this out')).toBeVisible();
    expect(screen.getByRole('img', { name: /^Fingerprint: b 7 0 c/ })).toBeVisible();
    expect(screen.getByText('You asked for help today at 10:05.')).toBeVisible();
    const steps = screen.getByRole('list', { name: 'How it stands' });
    expect(within(steps).getByText('To be approved by an officer').closest('li')).toHaveAttribute(
      'aria-current',
      'step',
    );

    cleanup();
    if (backend.world.asked) backend.world.asked = { ...backend.world.asked, stage: 'ready', approved: 1 };
    render(App, { props: { backend } });
    const password = await screen.findByLabelText('The new password you chose');
    await waitFor(() => expect(password).toHaveFocus());
    await user.type(password, 'another one entirely');
    await press(user, 'Open Valise');
    expect(await screen.findByText('This is not the password you chose when you asked.')).toBeVisible();
    await user.clear(password);
    await user.type(password, PASSWORD);
    await press(user, 'Open Valise');
    const kit = await screen.findByRole('dialog', { name: 'Kit A' });
    expect(kit).toHaveTextContent('What you had is used up. Print this one');
    expect(screen.getByRole('navigation', { name: 'Places', hidden: true })).toBeInTheDocument();
  });

  test('what is missing is said, and an unknown kit in words for one', async () => {
    const { backend, user } = start(blank(), { refuse: { askRecovery: refusal('notPaired') } });
    await press(user, /I lost my other computers/);
    await user.click(await screen.findByRole('radio', { name: /^I have one kit/ }));
    await press(user, 'Ask my officers');
    expect(await screen.findByText(/Please type the code of a kit/)).toBeVisible();
    expect(screen.getByText('Please type the address. It stands on the kit.')).toBeVisible();
    expect(asked(backend, 'askRecovery')).toEqual([]);
    await press(user, 'Back');
    await fill(user);
    await press(user, 'Ask my officers');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'No account at this address belongs to this kit.',
    );
    await press(user, 'Try again');
    expect(await screen.findByLabelText('What to say to your officers')).toHaveValue('Stolen on the train');
  });
});

describe('a forgotten password, and the officers', () => {
  async function toForm(user: User): Promise<void> {
    await press(user, 'Forgotten?');
    await press(user, 'Ask my officers instead');
    await user.type(await screen.findByLabelText('Choose a new password for this computer'), PASSWORD);
  }

  test('without a code the keyring helps; the old password still opens', async () => {
    const { backend, user } = start(locked({ password: 'the old one' }));
    await toForm(user);
    await press(user, 'Ask my officers');
    expect(await screen.findByRole('heading', { name: 'Waiting for your officers' })).toBeVisible();
    expect(asked(backend, 'askRecovery')).toEqual([
      ['askRecovery', { code: null, catalog: null, name: null, alone: false, reason: '' }],
    ]);
    await press(user, 'I remember my old password');
    expect(await screen.findByText(/If you unlock now, that is forgotten/)).toBeVisible();
    await press(user, 'See how your request stands');
    await press(user, 'I remember my old password');
    await user.type(await screen.findByLabelText('Password'), 'the old one{Enter}');
    expect(await screen.findByRole('navigation', { name: 'Places' })).toBeVisible();
    expect(backend.world.status.asked).toBe(false);
  });

  test('a keyring that does not help is told in words that fit; with the code it goes', async () => {
    const { backend, user } = start(locked({ recovery: { ...HELPED, keyring: 'absent' } }));
    await toForm(user);
    await press(user, 'Ask my officers');
    const alert = await screen.findByRole('alert');
    await waitFor(() =>
      expect(alert).toHaveTextContent('The keyring of this computer does not give its part.'),
    );
    expect(alert).toHaveTextContent('Type the code of your kit');
    await user.click(screen.getByLabelText('Code of your kit, if you have it at hand'));
    await user.paste(A);
    await press(user, 'Ask my officers');
    expect(await screen.findByRole('heading', { name: 'Waiting for your officers' })).toBeVisible();
    expect(asked(backend, 'askRecovery').map(([, asking]) => asking)).toEqual([
      expect.objectContaining({ code: null }),
      expect.objectContaining({ code: A }),
    ]);
  });

  test('nobody can be asked where the workspace is on this computer alone', async () => {
    const world = locked();
    const account = world.status.account && { ...world.status.account, catalog: null };
    const { user } = start({ ...world, status: { ...world.status, account } });
    await press(user, 'Forgotten?');
    await screen.findByLabelText('Code of the kit');
    expect(screen.queryByRole('button', { name: 'Ask my officers instead' })).toBeNull();
  });
});

describe('waiting for officers', () => {
  test.each([
    [{ needed: 2, approved: 1 }, 'Waiting for your officers', 'Approved by 1 of 2 so far'],
    [
      { stage: 'approved', approved: 1, notBefore: NOW + 86_400_000 },
      'Your officers said yes',
      'Waiting until tomorrow at 10:05',
    ],
    [
      { stage: 'approved', approved: 1, notBefore: NOW - 1 },
      'Your officers said yes',
      'Waiting until your officer has Valise open and unlocked',
    ],
  ] as [Partial<AskedRecovery>, string, string][])('%o', async (change, title, step) => {
    start(waiting(change));
    expect(await screen.findByRole('heading', { level: 1, name: title })).toBeVisible();
    expect((await screen.findByText(step)).closest('li')).toHaveAttribute('aria-current', 'step');
  });

  test('two officers are both to be called', async () => {
    start(waiting({ needed: 2 }));
    expect(await screen.findByText(/2 officers are needed. Call each of them/)).toBeVisible();
  });

  test.each([
    ['refused', 'Speak to an officer at a number you know.'],
    ['gone', 'Ask again, with your newest kit.'],
  ] as const)('%s says what to do, and one can ask again', async (stage, todo) => {
    const { backend, user } = start(waiting({ stage }));
    expect(await screen.findByRole('alert')).toHaveTextContent(todo);
    expect(screen.queryByRole('list', { name: 'How it stands' })).toBeNull();
    await press(user, 'Ask again');
    expect(asked(backend, 'forgetAsked')).toHaveLength(1);
    expect(await screen.findByRole('heading', { name: 'Welcome to Valise' })).toBeVisible();
  });

  test('it is looked at again, and a server that is away loses nothing', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { backend } = start(waiting({ needed: 2, approved: 1 }));
    expect(await screen.findByText('Approved by 1 of 2 so far')).toBeVisible();
    backend.world.asked = { ...ASKED, stage: 'unreachable' };
    await vi.advanceTimersByTimeAsync(5_100);
    expect(await screen.findByText(/Your request stays/)).toBeVisible();
    expect(screen.getByText('Approved by 1 of 2 so far')).toBeVisible();
    backend.world.asked = { ...ASKED, stage: 'ready', needed: 2, approved: 2 };
    await vi.advanceTimersByTimeAsync(5_100);
    expect(await screen.findByLabelText('The new password you chose')).toBeVisible();
    expect(screen.queryByText(/Your request stays/)).toBeNull();
  });

  test('giving up is asked, and leads back', async () => {
    const { backend, user } = start(waiting({}, locked()));
    await press(user, 'Give up…');
    const dialog = await screen.findByRole('dialog', { name: 'Give up your request?' });
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(asked(backend, 'forgetAsked')).toEqual([]);
    await press(user, 'Give up…');
    await press(user, 'Give up');
    expect(asked(backend, 'forgetAsked')).toHaveLength(1);
    expect(await screen.findByLabelText('Password')).toBeVisible();
  });

  test('trouble at the end is told, and it can be tried again', async () => {
    const { backend, user } = start(waiting({ stage: 'ready', approved: 1 }, locked()), {
      refuse: { finishRecovery: refusal('notVerified') },
    });
    await user.type(await screen.findByLabelText('The new password you chose'), PASSWORD);
    await press(user, 'Open Valise');
    expect(await screen.findByText('This could not be verified.')).toBeVisible();
    backend.options.refuse = {};
    await press(user, 'Open Valise');
    expect(await screen.findByRole('dialog', { name: 'Kit A' })).toBeVisible();
  });
});
