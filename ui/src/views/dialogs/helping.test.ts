import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import type { Authority, RecoveryRequest } from '$lib/backend';
import { KITS, MockBackend, PIN, refusal, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import {
  acme,
  ADA_ASKS,
  BOTH_HELP,
  CHIDI_HELPS,
  DANA_ASKS,
  HELPED,
  KEPT_HOLDER,
  NO_RECOVERY,
  NOW,
  PEOPLE,
  RECOVERY,
  STATUS,
  TOKEN,
} from '../../design/world';

afterEach(cleanup);

type User = ReturnType<typeof userEvent.setup>;

const A = KITS[0]?.code ?? '';
const DAY = 86_400_000;

const helping = (authority: Partial<Authority> = {}, more: Partial<World> = {}): World => ({
  ...acme(),
  status: { ...STATUS, requests: authority.requests?.length ?? 0 },
  authority: { ...CHIDI_HELPS, ...authority },
  recovery: HELPED,
  ...more,
});

async function open(world: World, page: RegExp | null, options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  const user = userEvent.setup({ delay: null });
  if (page !== null) {
    await user.click(await screen.findByRole('button', { name: page }));
    await screen.findByRole('heading', { level: 1, name: page });
  }
  return { backend, user };
}

const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));
const asked = (backend: MockBackend, request: string) => backend.asked.filter(([name]) => name === request);
const TITLE = 'Who can help with a forgotten password';
const card = () => screen.findByRole('region', { name: TITLE });

describe('who can help', () => {
  test('nobody yet: what it is, and one officer is chosen with a day to wait', async () => {
    const { backend, user } = await open(acme(), /^People/);
    expect(await card()).toHaveTextContent('by themselves, helpers open nothing');
    await press(user, 'Choose who can help…');
    const dialog = await screen.findByRole('dialog', { name: 'Who can help?' });
    expect(dialog).toHaveTextContent('keeps two kits and cannot be helped by this');
    const names = within(within(dialog).getByLabelText('Officer')).getAllByRole('option');
    expect(names.map((option) => option.textContent)).toEqual(['Ada Novak (you)', 'Chidi Okafor']);
    await user.selectOptions(within(dialog).getByLabelText('Officer'), 'Chidi Okafor');
    expect(within(dialog).getByLabelText('Waiting time')).toHaveDisplayValue('24 hours');
    await press(user, 'Save');
    expect(asked(backend, 'setAuthority')).toEqual([
      ['setAuthority', [{ type: 'officer', account: 'a-chidi' }], 24],
    ]);
    expect(await screen.findByText('Chidi Okafor can help from now on.')).toBeVisible();
    const shown = await card();
    expect(within(shown).getByRole('list', { name: 'Who can help' })).toHaveTextContent('Chidi Okafor');
    expect(shown).toHaveTextContent('3 people to come: Ada Novak, Bao Linh and Dana Reyes.');
    expect(shown).toHaveTextContent('Help is given 24 hours after it is approved.');
  });

  test('two officers are two different people, and the wait can be a week', async () => {
    const { backend, user } = await open(acme(), /^People/);
    await press(user, 'Choose who can help…');
    await user.click(await screen.findByRole('radio', { name: /^Two officers/ }));
    expect(screen.getByLabelText('First officer')).toHaveDisplayValue('Ada Novak (you)');
    expect(screen.getByLabelText('Second officer')).toHaveDisplayValue('Chidi Okafor');
    await user.selectOptions(screen.getByLabelText('First officer'), 'Chidi Okafor');
    expect(screen.getByLabelText('Second officer')).toHaveDisplayValue('Ada Novak (you)');
    await user.selectOptions(screen.getByLabelText('Waiting time'), 'A week');
    await press(user, 'Save');
    const holders = ['a-chidi', 'a-me'].map((account) => ({ type: 'officer', account }));
    expect(asked(backend, 'setAuthority')).toEqual([['setAuthority', holders, 168]]);
    expect(await card()).toHaveTextContent('Both are needed');
  });

  test('where there is one officer, two cannot be chosen', async () => {
    const people = PEOPLE.map((person) => ({ ...person, officer: person.me }));
    const { user } = await open({ ...acme(), people }, /^People/);
    await press(user, 'Choose who can help…');
    expect(await screen.findByRole('radio', { name: /^Two officers/ })).toBeDisabled();
    expect(screen.getByText(/has one officer so far/)).toBeVisible();
  });

  test('a server that does not answer is told, and what was chosen is still there', async () => {
    const { backend, user } = await open(acme(), /^People/, { refuse: { setAuthority: refusal('offline') } });
    await press(user, 'Choose who can help…');
    await user.click(await screen.findByRole('radio', { name: /^Two officers/ }));
    await press(user, 'Save');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('This is not done by itself later');
    backend.options.refuse = {};
    await press(user, 'Try again');
    expect(await screen.findByRole('radio', { name: /^Two officers/ })).toBeChecked();
  });

  test('who helps no more is said, and so is a key that is kept elsewhere', async () => {
    const [chidi] = CHIDI_HELPS.holders;
    if (chidi === undefined) throw new Error('nobody');
    const safe = { ...chidi, account: null, name: 'Key in the office safe' };
    await open(helping({ holders: [{ ...chidi, gone: true }, safe] }), /^People/);
    const shown = await card();
    expect(shown).toHaveTextContent('Chidi Okafor is no officer any more, so nobody can be helped.');
    expect(within(shown).getByText('can help no more')).toBeVisible();
    expect(shown).toHaveTextContent('Key in the office safe');
    expect(shown).toHaveTextContent('a key that is kept elsewhere');
  });

  describe('a key that is kept elsewhere', () => {
    const kept = async (world: World = acme(), options: MockOptions = {}) => {
      const opened = await open(world, /^People/, options);
      await press(opened.user, 'Choose who can help…');
      await opened.user.click(await screen.findByRole('radio', { name: /^A key that is kept elsewhere/ }));
      return opened;
    };

    test('is made there, and helps from then on', async () => {
      const { backend, user } = await kept();
      await press(user, 'Make the key there');
      const address = screen.getByLabelText('Address of the key');
      expect(address).toHaveAccessibleDescription('Please type the address of the key.');
      expect(address).toHaveFocus();
      expect(screen.getByLabelText('What an address looks like')).toHaveTextContent('Google Cloud (KMS)');
      await user.type(address, TOKEN);
      await user.type(screen.getByLabelText('PIN of the token'), '1111');
      await press(user, 'Make the key there');
      expect(await screen.findByText(/^Wrong PIN/)).toBeVisible();
      await user.clear(screen.getByLabelText('PIN of the token'));
      await user.type(screen.getByLabelText('PIN of the token'), PIN);
      await press(user, 'Make the key there');
      expect(await screen.findByText('The key is there now.')).toBeVisible();
      expect(screen.queryByText(/^Wrong PIN/)).toBeNull();
      await press(user, 'Save');
      expect(asked(backend, 'setAuthority')).toEqual([
        ['setAuthority', [{ type: 'kept', place: TOKEN, secret: PIN }], 24],
      ]);
      expect(await screen.findByText('Officers who may use the key can help from now on.')).toBeVisible();
      expect(await card()).toHaveTextContent('a PKCS#11 token, valise');
    });

    test('beside an officer; Google makes its keys itself, and needs no secret', async () => {
      const { backend, user } = await kept();
      const place = 'gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k';
      await user.type(screen.getByLabelText('Address of the key'), place);
      expect(screen.queryByRole('button', { name: 'Make the key there' })).toBeNull();
      expect(screen.getByLabelText('Access token for Google')).toHaveAccessibleDescription(
        /signed in to Google Cloud/,
      );
      await user.click(screen.getByRole('checkbox', { name: 'An officer is needed, too' }));
      await user.selectOptions(screen.getByLabelText('Officer'), 'Chidi Okafor');
      await press(user, 'Save');
      const holders = [
        { type: 'officer', account: 'a-chidi' },
        { type: 'kept', place, secret: null },
      ];
      expect(asked(backend, 'setAuthority')).toEqual([['setAuthority', holders, 24]]);
      expect(
        await screen.findByText('Chidi Okafor can help from now on, together with the key.'),
      ).toBeVisible();
    });

    test('nothing is saved without an address; a false one is told', async () => {
      const { backend, user } = await kept();
      await press(user, 'Save');
      expect(asked(backend, 'setAuthority')).toEqual([]);
      await user.type(screen.getByLabelText('Address of the key'), 'https://vault.example');
      await press(user, 'Save');
      expect(await screen.findByRole('alert')).toHaveTextContent('begins with pkcs11:, vault: or gcpkms:');
    });

    test('moves under its newest version', async () => {
      const { backend, user } = await open(helping({ holders: [KEPT_HOLDER] }), /^People/);
      await press(user, 'More about who can help');
      await user.click(await screen.findByRole('menuitem', { name: /^Use the newest version/ }));
      await user.type(await screen.findByLabelText('PIN or access token'), PIN);
      await press(user, 'Use the newest');
      expect(await screen.findByText('The newest version of the key is in use now.')).toBeVisible();
      expect(asked(backend, 'rewrapAuthority')).toEqual([['rewrapAuthority', null, PIN]]);
    });

    test('has no menu where officers help by themselves', async () => {
      await open(helping(), /^People/);
      await card();
      expect(screen.queryByRole('button', { name: 'More about who can help' })).toBeNull();
    });
  });

  test('it ends when that is meant', async () => {
    const { backend, user } = await open(helping(), /^People/);
    await press(user, 'End…');
    expect(await screen.findByRole('dialog', { name: 'End the help?' })).toBeVisible();
    await press(user, 'End the help');
    expect(asked(backend, 'setAuthority')).toEqual([['setAuthority', [], 0]]);
    expect(await screen.findByRole('button', { name: 'Choose who can help…' })).toBeVisible();
  });

  test('who is no officer sees whom to call, and decides nothing', async () => {
    const people = PEOPLE.map((person) => ({ ...person, officer: person.account === 'a-chidi' }));
    await open(helping({ toCome: ['Bao Linh'], requests: [DANA_ASKS] }, { people }), /^People/);
    expect(await card()).toHaveTextContent('Chidi Okafor');
    expect(screen.queryByText(/to come/)).toBeNull();
    for (const name of ['Change…', 'End…', /Approve/]) {
      expect(screen.queryByRole('button', { name })).toBeNull();
    }
  });

  test('where nobody can help, who is no officer sees nothing of it', async () => {
    const people = PEOPLE.map((person) => ({ ...person, officer: person.account === 'a-chidi' }));
    await open({ ...acme(), people }, /^People/);
    await screen.findByText('Dana Reyes');
    expect(screen.queryByRole('region', { name: TITLE })).toBeNull();
  });
});

describe('a colleague asks', () => {
  const APPROVE = 'Approve Dana Reyes’s recovery';

  test('the fingerprint is compared before it is approved; then it says until when no can be said', async () => {
    const { backend, user } = await open(helping({ requests: [DANA_ASKS] }), /^People/);
    expect(screen.getByText(/They say: “My laptop was stolen/)).toBeVisible();
    expect(screen.getByText(/Call the person at a number you know/)).toBeVisible();
    expect(screen.getByRole('img', { name: /^Fingerprint: b 7 0 c, 1 9 a e/ })).toBeVisible();
    expect(screen.getByRole('button', { name: 'People 1 request for help' })).toBeVisible();
    await press(user, APPROVE);
    const dialog = await screen.findByRole('dialog', { name: 'Approve Dana Reyes’s recovery?' });
    await user.click(within(dialog).getByRole('button', { name: 'Approve' }));
    const tick = within(dialog).getByRole('checkbox', { name: 'I called, and the characters are the same' });
    expect(tick).toHaveFocus();
    expect(tick).toHaveAccessibleDescription('First call, and compare the characters. Then tick this.');
    expect(asked(backend, 'approveRecovery')).toEqual([]);
    await user.click(tick);
    await user.click(within(dialog).getByRole('button', { name: 'Approve' }));
    expect(asked(backend, 'approveRecovery')).toEqual([['approveRecovery', 'd-dana-new', null, null]]);
    expect(
      await screen.findByText('Approved by Ada Novak; released tomorrow at 10:05 unless somebody says no.'),
    ).toBeVisible();
    expect(screen.queryByRole('button', { name: APPROVE })).toBeNull();
  });

  test('of two who are needed, the other one is named', async () => {
    const { user } = await open(helping({ ...BOTH_HELP, requests: [DANA_ASKS] }), /^People/);
    await press(user, APPROVE);
    await user.click(await screen.findByRole('checkbox'));
    await press(user, 'Approve');
    expect(await screen.findByText('Approved by Ada Novak.')).toBeVisible();
    expect(screen.getByText('Also needs Chidi Okafor.')).toBeVisible();
  });

  test('an officer who does not help sees who does, and what was released', async () => {
    const other: RecoveryRequest = { ...DANA_ASKS, mayApprove: false };
    const { backend } = await open(helping({ requests: [other] }), /^People/);
    expect(await screen.findByText('Only Chidi Okafor can approve it.')).toBeVisible();
    expect(screen.queryByRole('button', { name: APPROVE })).toBeNull();
    const released = { ...other, approvedBy: ['Chidi Okafor'], released: true };
    backend.world.authority = { ...backend.world.authority, requests: [released] };
    backend.emit({ type: 'recoveryChanged' });
    expect(await screen.findByText(/^Released: they can go on/)).toBeVisible();
    expect(screen.queryByRole('button', { name: /^Refuse/ })).toBeNull();
    expect(screen.getByRole('button', { name: 'People' })).toBeVisible();
  });

  test('a key that is kept elsewhere asks for its PIN, and once for where it is', async () => {
    const { backend, user } = await open(
      helping({ holders: [KEPT_HOLDER], requests: [{ ...DANA_ASKS, needsSecret: true }] }),
      /^People/,
    );
    await press(user, APPROVE);
    expect(await screen.findByText('Needed for it: a PKCS#11 token, valise')).toBeVisible();
    expect(screen.queryByLabelText('Address of the key')).toBeNull();
    await user.click(await screen.findByRole('checkbox'));
    await user.type(screen.getByLabelText('PIN or access token'), '1111');
    await press(user, 'This computer has not used it before');
    await user.type(await screen.findByLabelText('Address of the key'), TOKEN);
    await press(user, 'Approve');
    expect(await screen.findByRole('alert')).toHaveTextContent('Wrong PIN');
    await press(user, 'Try again');
    const pin = await screen.findByLabelText('PIN of the token');
    await user.clear(pin);
    await user.type(pin, PIN);
    await press(user, 'Approve');
    expect(asked(backend, 'approveRecovery').at(-1)).toEqual(['approveRecovery', 'd-dana-new', TOKEN, PIN]);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  test('refusing takes it away; trouble leaves it there', async () => {
    const { backend, user } = await open(helping({ requests: [DANA_ASKS] }), /^People/, {
      refuse: { refuseRecovery: refusal('offline') },
    });
    await press(user, 'Refuse Dana Reyes’s recovery');
    expect(await screen.findByText('The server cannot be reached.')).toBeVisible();
    backend.options.refuse = {};
    await press(user, 'Refuse Dana Reyes’s recovery');
    expect(await screen.findByText('You said no. Dana Reyes is not helped.')).toBeVisible();
    expect(asked(backend, 'refuseRecovery').at(-1)).toEqual(['refuseRecovery', 'd-dana-new']);
    await waitFor(() => expect(screen.queryByText(/asks to recover/)).toBeNull());
  });
});

describe('somebody asks in one’s own name', () => {
  const BAR = 'Somebody asks to recover your account';

  test('every page warns, and no takes it away', async () => {
    const { backend, user } = await open(helping({ requests: [ADA_ASKS] }), null);
    const bar = (await screen.findByText(BAR)).closest('[role=alert]');
    expect(bar).toHaveTextContent(ADA_ASKS.fingerprint);
    await press(user, 'People');
    expect(await screen.findByText(BAR)).toBeVisible();
    expect(screen.queryByText(/asks to recover their account/)).toBeNull();
    await press(user, /^Security/);
    expect(await screen.findByRole('region', { name: 'Your account is asked for' })).toBeVisible();
    await user.click((await screen.findAllByRole('button', { name: /^It is not me/ }))[0] as HTMLElement);
    expect(asked(backend, 'refuseRecovery')).toEqual([['refuseRecovery', 'd-ada-new']]);
    await waitFor(() => expect(screen.queryByText(BAR)).toBeNull());
    expect(screen.queryByRole('region', { name: 'Your account is asked for' })).toBeNull();
  });

  test('who asked themselves is not warned again; the page Security keeps it', async () => {
    const { backend, user } = await open(helping(), null);
    expect(screen.queryByText(BAR)).toBeNull();
    const request = { ...ADA_ASKS, approvedBy: ['Chidi Okafor'], notBefore: NOW + DAY };
    backend.world.authority = { ...backend.world.authority, requests: [request] };
    backend.setStatus({ requests: 1 });
    expect(await screen.findByText(/Chidi Okafor approved it; it is released tomorrow/)).toBeVisible();
    await press(user, /^It is me/);
    expect(screen.queryByText(BAR)).toBeNull();
    await press(user, /^Security/);
    const known = await screen.findByRole('region', { name: 'Your account is asked for' });
    expect(within(known).getByRole('button', { name: /^It is not me/ })).toBeVisible();
    expect(within(known).queryByRole('button', { name: /^It is me/ })).toBeNull();
  });
});

describe('ways back with help', () => {
  test.each([
    ['held', 'your officers can help, together with your kit or this computer', 'Make a new kit…'],
    ['offered', 'make a new kit, and your officers can help, too', 'Make a new kit…'],
    ['outdated', 'those who can help have changed: make a new kit', 'Make a new kit…'],
    ['none', 'nobody can help you so far', 'Make new kits…'],
  ] as const)('%s is said', async (escrow, said, button) => {
    await open({ ...acme(), recovery: { ...RECOVERY, escrow } }, /^Security/);
    expect(await screen.findByText(said)).toBeVisible();
    expect(screen.getByRole('button', { name: button })).toBeVisible();
  });

  test('the sidebar asks for a new kit when those who help have changed', async () => {
    const { user } = await open(helping({}, { status: { ...STATUS, waysOut: 'outdated' } }), null);
    const reminder = await screen.findByRole('complementary', { name: 'Your kit is out of date' });
    expect(reminder).toHaveTextContent('Those who can help you have changed. Make a new kit.');
    await user.click(within(reminder).getByRole('button'));
    expect(await screen.findByRole('dialog', { name: 'Print your recovery kit' })).toBeVisible();
  });

  test('with helpers there is one kit, and nothing speaks of another', async () => {
    const world = helping({}, { status: { ...STATUS, waysOut: 'none' }, recovery: NO_RECOVERY });
    const { backend, user } = await open(world, null);
    await press(user, 'Print it');
    await user.type(await screen.findByLabelText('Your password'), world.password);
    await press(user, 'Make it now');
    const dialog = await screen.findByRole('dialog', { name: 'Kit A' });
    expect(dialog).toHaveTextContent('or with your officers’ help');
    expect(dialog).not.toHaveTextContent(/kit B|two of the three|these/i);
    await press(user, 'I have it on paper');
    for (const group of KITS[0]?.asked ?? []) {
      await user.type(screen.getByLabelText(`Group ${group}`), A.split(' ')[group - 1] ?? '');
    }
    await press(user, 'Check');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(backend.world.status.waysOut).toBe('both');
  });
});

describe('rehearsing a recovery', () => {
  const start = async (world: World, options: MockOptions = {}) => {
    const opened = await open(world, /^Security/, options);
    await press(opened.user, 'Rehearse a recovery…');
    await opened.user.click(await screen.findByLabelText('Code of the kit'));
    return opened;
  };

  test('one kit and the keyring: it works, and says what opened', async () => {
    const { backend, user } = await start(helping(), { delay: 50 });
    expect(screen.queryByRole('button', { name: 'I have both kits' })).toBeNull();
    await user.paste(A);
    await press(user, 'Rehearse');
    expect(await screen.findByText(/It takes a few seconds/)).toBeVisible();
    expect(
      await screen.findByText('It works: 4 folders and 133 files opened in a copy. Nothing was changed.'),
    ).toBeVisible();
    expect(asked(backend, 'rehearse')).toEqual([['rehearse', [A]]]);
    expect(screen.getByRole('button', { name: 'Done' })).toHaveFocus();
  });

  test('a wrong code is said beside it', async () => {
    const { user } = await start(helping());
    await press(user, 'Rehearse');
    expect(await screen.findByText(/Please type the code of a kit/)).toBeVisible();
    await user.type(screen.getByLabelText('Code of the kit'), 'VAL1 OLD');
    await press(user, 'Rehearse');
    expect(await screen.findByText(/not the code of a kit/)).toBeVisible();
    expect(screen.getByLabelText('Code of the kit')).toBeInvalid();
  });

  test('where the keyring does not help, the other kit does', async () => {
    const { backend, user } = await start({ ...acme(), recovery: { ...RECOVERY, keyring: 'locked' } });
    await user.paste(A);
    await press(user, 'Rehearse');
    const other = await screen.findByLabelText('Code of the other kit');
    await waitFor(() => expect(other).toHaveFocus());
    await user.paste(KITS[1]?.code ?? '');
    await press(user, 'Rehearse');
    expect(await screen.findByText(/^It works/)).toBeVisible();
    expect(asked(backend, 'rehearse').at(-1)).toEqual(['rehearse', [A, KITS[1]?.code]]);
  });

  test('with one kit and no keyring it says what would help', async () => {
    const { user } = await start(helping({}, { recovery: { ...HELPED, keyring: 'absent' } }));
    await user.paste(A);
    await press(user, 'Rehearse');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Your kit and your officers’ help would let you in.',
    );
  });
});
