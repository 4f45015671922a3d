import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { Trouble, type Person } from '$lib/backend';
import {
  LAST_OFFICER,
  MockBackend,
  NO_OFFICER,
  refusal,
  type MockOptions,
  type World,
} from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, INVITATIONS, PEOPLE, STATUS } from '../../design/world';

afterEach(cleanup);

type User = ReturnType<typeof userEvent.setup>;

async function open(world: World = acme(), options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  const user = userEvent.setup({ delay: null });
  await press(user, 'People');
  await screen.findByText('Dana Reyes');
  return { backend, user };
}

const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));

const requests = (backend: MockBackend) => backend.asked.map(([request]) => request);

const withPeople = (change: (person: Person) => Partial<Person>): World => ({
  ...acme(),
  people: PEOPLE.map((person) => ({ ...person, ...change(person) })),
});

const line = (name: string) => screen.getByRole('row', { name: new RegExp(`^${name}`) });

async function items(user: User, name: string): Promise<(string | undefined)[]> {
  await press(user, `Actions for ${name}`);
  const found = (await screen.findAllByRole('menuitem')).map((item) => item.textContent?.trim());
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
  return found;
}

async function choose(user: User, name: string, item: string, title: string): Promise<HTMLElement> {
  await press(user, `Actions for ${name}`);
  await user.click(await screen.findByRole('menuitem', { name: item }));
  return screen.findByRole('dialog', { name: title });
}

const makeOfficer = (user: User) => choose(user, 'Bao Linh', 'Make an officer…', 'Make Bao Linh an officer?');
const closeAccount = (user: User) =>
  choose(user, 'Dana Reyes', 'Close account…', 'Close Dana Reyes’s account?');

const NAME = 'To be sure, type their name: Dana Reyes';
const CLOSE = 'Close Dana Reyes’s account';
const HINT = /^You are the only officer/;

describe('the list of people', () => {
  test('says who is an officer and what that is, and gives an officer menus', async () => {
    const { user } = await open();
    expect(line('Chidi Okafor')).toHaveTextContent('officer');
    expect(line('Bao Linh')).not.toHaveTextContent('officer');
    expect(screen.getByText(/^Officers let people into the workspace and close accounts/)).toBeVisible();
    expect(await items(user, 'Bao Linh')).toEqual(['Make an officer…', 'Close account…']);
    expect(await items(user, 'Chidi Okafor')).toEqual(['No officer any more…', 'Close account…']);
    expect(await items(user, 'Ada Novak')).toEqual(['No officer any more…']);
  });

  test('has no menus for who is no officer', async () => {
    await open(withPeople((person) => ({ officer: person.account === 'a-chidi' })));
    expect(line('Chidi Okafor')).toHaveTextContent('officer');
    expect(screen.queryByRole('button', { name: /^Actions for/ })).toBeNull();
    expect(screen.queryByText(HINT)).toBeNull();
  });

  test('has no menus on a computer that was removed', async () => {
    await open({ ...acme(), status: { ...STATUS, connection: 'removed' } });
    expect(screen.queryByRole('button', { name: /^Actions for/ })).toBeNull();
  });

  test('the only officer stays one, and is asked to name a second', async () => {
    const { backend } = await open(withPeople((person) => ({ officer: person.me })));
    expect(screen.getByText(HINT)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Actions for Bao Linh' })).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Actions for Ada Novak' })).toBeNull();
    backend.world.people = [...PEOPLE];
    backend.emit({ type: 'peopleChanged' });
    expect(await screen.findByRole('button', { name: 'Actions for Ada Novak' })).toBeVisible();
    expect(screen.queryByText(HINT)).toBeNull();
  });

  test('who is alone has nobody to name', async () => {
    const backend = new MockBackend({ ...acme(), people: PEOPLE.slice(0, 1) });
    render(App, { props: { backend } });
    const user = userEvent.setup({ delay: null });
    await press(user, 'People');
    expect(await screen.findByText('Only you are here')).toBeVisible();
    expect(screen.queryByText(HINT)).toBeNull();
    expect(screen.queryByRole('button', { name: /^Actions for/ })).toBeNull();
  });
});

describe('safety numbers', () => {
  const compareWith = async (user: User, name: string, now = 'not verified') => {
    await press(user, `${now}: compare safety numbers with ${name}`);
    return screen.findByRole('dialog', { name: `Compare safety numbers with ${name}` });
  };
  const NUMBERS = ['3e8a 51f0 7bc2 d964 0e1d a87b 42c5 9f36', '90d4 2c7e 1fa8 635b e742 0c9d 8b31 f5a6'];

  test('both are shown, and how they are compared; the one that was shown is marked', async () => {
    const { backend, user } = await open();
    expect(line('Chidi Okafor')).toHaveTextContent('verified');
    expect(line('Ada Novak')).not.toHaveTextContent('verified');
    const dialog = await compareWith(user, 'Bao Linh');
    const shown = within(dialog).getAllByRole('img', { name: /^Fingerprint/ });
    expect(shown.map((number) => number.textContent)).toEqual(NUMBERS.map((one) => one.replaceAll(' ', '')));
    expect(dialog).toHaveTextContent('Call Bao Linh at a number you know');
    expect(dialog).toHaveTextContent('Not by e-mail and not through Valise');
    expect(dialog).toHaveTextContent('on this computer alone');
    await user.click(within(dialog).getByRole('button', { name: 'They are the same' }));
    expect(await screen.findByText('Bao Linh is verified on this computer.')).toBeVisible();
    expect(backend.asked).toContainEqual(['setVerified', 'a-bao', NUMBERS[1]]);
    expect(line('Bao Linh')).not.toHaveTextContent('not verified');
    expect(line('Bao Linh')).toHaveTextContent('verified');
  });

  test('is taken back', async () => {
    const { backend, user } = await open();
    const dialog = await compareWith(user, 'Chidi Okafor', 'verified');
    expect(dialog).toHaveTextContent('You have compared them');
    await user.click(within(dialog).getByRole('button', { name: 'Not verified any more' }));
    expect(await screen.findByText('Chidi Okafor is not verified any more.')).toBeVisible();
    expect(backend.asked).toContainEqual(['setVerified', 'a-chidi', null]);
    expect(line('Chidi Okafor')).toHaveTextContent('not verified');
  });

  test('says why they are compared again', async () => {
    const { user } = await open(
      withPeople((person) => (person.account === 'a-bao' ? { compareAgain: true } : {})),
    );
    const dialog = await compareWith(user, 'Bao Linh', 'compare again');
    expect(dialog).toHaveTextContent('this account was recovered on another computer');
  });

  test('a member is compared from the folder, and Share comes back', async () => {
    const { user } = await open();
    await user.click(await screen.findByRole('button', { name: /^Brightwater merger/ }));
    const label = 'joined by link, not verified: compare safety numbers with Dana Reyes';
    expect(await screen.findByRole('button', { name: label })).toBeVisible();
    await user.click(await screen.findByRole('button', { name: 'Share' }));
    const share = await screen.findByRole('dialog', { name: 'Share “Brightwater merger”' });
    await user.click(await within(share).findByRole('button', { name: label }));
    const dialog = await screen.findByRole('dialog', { name: 'Compare safety numbers with Dana Reyes' });
    await user.click(within(dialog).getByRole('button', { name: 'They are the same' }));
    const back = await screen.findByRole('dialog', { name: 'Share “Brightwater merger”' });
    const sure = 'verified: compare safety numbers with Dana Reyes';
    expect(await within(back).findByRole('button', { name: sure })).toBeVisible();
  });

  test('a refusal is shown in its place', async () => {
    const { user } = await open(acme(), { refuse: { setVerified: refusal('badInput') } });
    const dialog = await compareWith(user, 'Bao Linh');
    await user.click(within(dialog).getByRole('button', { name: 'They are the same' }));
    expect(await within(dialog).findByRole('alert')).toBeVisible();
  });
});

describe('invitations', () => {
  const card = () => screen.findByRole('region', { name: 'Invitations' });
  const board = 'What to do with the invitation to “Board papers”';

  test('are seen by officers: whose, where to, and until when', async () => {
    await open({ ...acme(), invitations: INVITATIONS });
    const lines = within(await card()).getAllByRole('listitem');
    expect(lines.map((line) => line.textContent)).toEqual([
      expect.stringMatching(/To “Board papers”.*as an editor.*by you.*until 21 Nov 2026/),
      expect.stringMatching(
        /To a folder you are not in.*by Chidi Okafor.*until 17 Nov 2026.*its link is not here/,
      ),
      expect.stringMatching(/To “Brightwater merger”.*as a viewer.*expired/),
    ]);
  });

  test('a link is copied again without the page knowing it', async () => {
    const { backend, user } = await open({ ...acme(), invitations: INVITATIONS });
    await press(user, 'What to do with the invitation to a folder you are not in');
    const items = await screen.findAllByRole('menuitem');
    expect(items.map((item) => item.textContent?.trim())).toEqual(['Withdraw…']);
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
    await press(user, board);
    await user.click(await screen.findByRole('menuitem', { name: 'Copy link again' }));
    expect(await screen.findByText('The link is copied.')).toBeVisible();
    expect(backend.asked).toContainEqual(['copyInvitation', 'i-board']);
  });

  test('one is withdrawn, after what that means was said', async () => {
    const { backend, user } = await open({ ...acme(), invitations: INVITATIONS });
    await press(user, board);
    await user.click(await screen.findByRole('menuitem', { name: 'Withdraw…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Withdraw the invitation to “Board papers”?' });
    expect(dialog).toHaveTextContent('Its link lets nobody in any more');
    await user.click(within(dialog).getByRole('button', { name: 'Withdraw' }));
    expect(await screen.findByText('The invitation is withdrawn.')).toBeVisible();
    expect(backend.asked).toContainEqual(['withdrawInvitation', 'i-board']);
    expect(within(await card()).queryByText(/Board papers/)).toBeNull();
  });

  test('without any, it says how one comes here, and leads there', async () => {
    const { user } = await open();
    expect(await card()).toHaveTextContent('No invitation is open.');
    await user.click(within(await card()).getByRole('button', { name: 'Share a folder' }));
    expect(await screen.findByRole('dialog', { name: /^Share “/ })).toBeVisible();
  });

  test('are nothing to who is no officer', async () => {
    const { backend } = await open(withPeople((person) => ({ officer: person.account === 'a-chidi' })));
    expect(screen.queryByRole('region', { name: 'Invitations' })).toBeNull();
    expect(requests(backend)).not.toContain('invitations');
  });

  test('who is alone sees theirs', async () => {
    const backend = new MockBackend({ ...acme(), people: PEOPLE.slice(0, 1), invitations: INVITATIONS });
    render(App, { props: { backend } });
    await press(userEvent.setup({ delay: null }), 'People');
    expect(await card()).toHaveTextContent('To “Board papers”');
  });
});

describe('officers', () => {
  test('somebody becomes one', async () => {
    const { backend, user } = await open();
    const dialog = await makeOfficer(user);
    expect(within(dialog).getAllByRole('listitem')).toHaveLength(2);
    expect(within(dialog).getByText(/cannot read anything by that/)).toBeVisible();
    expect(requests(backend)).not.toContain('setOfficer');
    await press(user, 'Make Bao Linh an officer');
    expect(await screen.findByText('Bao Linh is an officer now.')).toBeInTheDocument();
    expect(backend.asked).toContainEqual(['setOfficer', 'a-bao', true]);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(line('Bao Linh')).toHaveTextContent('officer');
  });

  test('somebody is none any more, and the one who is left is told so', async () => {
    const { backend, user } = await open();
    await choose(user, 'Chidi Okafor', 'No officer any more…', 'Remove Chidi Okafor as an officer?');
    await press(user, 'Remove Chidi Okafor as an officer');
    expect(await screen.findByText('Chidi Okafor is no officer any more.')).toBeInTheDocument();
    expect(backend.asked).toContainEqual(['setOfficer', 'a-chidi', false]);
    expect(screen.getByText(HINT)).toBeVisible();
  });

  test('who stops being one decides nothing any more', async () => {
    const { backend, user } = await open();
    const dialog = await choose(user, 'Ada Novak', 'No officer any more…', 'Stop being an officer?');
    await user.click(within(dialog).getByRole('button', { name: 'Stop being an officer' }));
    expect(await screen.findByText('You are no officer any more.')).toBeInTheDocument();
    expect(backend.asked).toContainEqual(['setOfficer', 'a-me', false]);
    expect(screen.queryByRole('button', { name: /^Actions for/ })).toBeNull();
    expect(backend.world.status.account?.officer).toBe(false);
  });

  test('a refusal is said in the dialog, and is final', async () => {
    const { user } = await open(acme(), { refuse: { setOfficer: LAST_OFFICER } });
    const dialog = await makeOfficer(user);
    await press(user, 'Make Bao Linh an officer');
    const alert = await within(dialog).findByRole('alert');
    expect(alert).toHaveTextContent('A workspace needs an officer: name another one first.');
    const close = within(alert).getByRole('button', { name: 'Close' });
    expect(close).toHaveFocus();
    await user.click(close);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('what else goes wrong is tried again', async () => {
    const { backend, user } = await open(acme(), { refuse: { setOfficer: refusal('offline') } });
    const dialog = await makeOfficer(user);
    await press(user, 'Make Bao Linh an officer');
    expect(await within(dialog).findByRole('alert')).toHaveTextContent('The server cannot be reached.');
    backend.options.refuse = {};
    await press(user, 'Try again');
    const go = within(dialog).getByRole('button', { name: 'Make Bao Linh an officer' });
    expect(go).toHaveFocus();
    await user.click(go);
    expect(await screen.findByText('Bao Linh is an officer now.')).toBeInTheDocument();
  });
});

describe('closing an account', () => {
  test('says what happens and what does not, and wants the name', async () => {
    const { backend, user } = await open();
    const dialog = await closeAccount(user);
    expect(within(dialog).getAllByRole('listitem')).toHaveLength(3);
    expect(within(dialog).getByText(/refused at once/)).toBeVisible();
    expect(within(dialog).getByText(/nobody else can become one/)).toBeVisible();
    expect(within(dialog).queryByText(/More than one person/)).toBeNull();
    const field = within(dialog).getByLabelText(NAME);
    await waitFor(() => expect(field).toHaveFocus());
    await press(user, CLOSE);
    expect(await within(dialog).findByText(/This is not the name/)).toBeVisible();
    await user.type(field, 'Dana{Enter}');
    expect(field).toBeInvalid();
    expect(requests(backend)).not.toContain('closeAccount');
    await user.type(field, '  reyes{Enter}');
    expect(await screen.findByText('Dana Reyes’s account is closed.')).toBeInTheDocument();
    expect(backend.asked).toContainEqual(['closeAccount', 'a-dana']);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.queryByText('Dana Reyes')).toBeNull();
    expect(screen.getByText('3 people in this workspace')).toBeVisible();
  });

  test('what goes wrong is said in the dialog, and what was typed stays', async () => {
    const { backend, user } = await open(acme(), { refuse: { closeAccount: refusal('offline') } });
    const dialog = await closeAccount(user);
    await user.type(within(dialog).getByLabelText(NAME), 'Dana Reyes{Enter}');
    const alert = await within(dialog).findByRole('alert');
    expect(alert).toHaveTextContent('The server cannot be reached. This is not done by itself later');
    expect(within(dialog).queryByRole('button', { name: CLOSE })).toBeNull();
    await press(user, 'Try again');
    const field = within(dialog).getByLabelText(NAME);
    expect(field).toHaveValue('Dana Reyes');
    expect(field).toHaveFocus();
    backend.options.refuse = {};
    await press(user, CLOSE);
    expect(await screen.findByText('Dana Reyes’s account is closed.')).toBeInTheDocument();
  });

  test('a refusal is final', async () => {
    const { user } = await open(acme(), { refuse: { closeAccount: NO_OFFICER } });
    const dialog = await closeAccount(user);
    await user.type(within(dialog).getByLabelText(NAME), 'Dana Reyes{Enter}');
    const alert = await within(dialog).findByRole('alert');
    expect(alert).toHaveTextContent('Only an officer of the workspace can do this.');
    expect(within(alert).getByRole('button', { name: 'Close' })).toHaveFocus();
  });

  test('of two with one name, the fingerprint says which', async () => {
    const { user } = await open(
      withPeople(({ account }) => (account === 'a-bao' ? { name: 'dana reyes' } : {})),
    );
    const dialog = await closeAccount(user);
    expect(within(dialog).getByText(/More than one person is called Dana Reyes/)).toBeVisible();
    expect(within(dialog).getByText('5b68 e9c1 a03d 7f24 c86e 195f 0da7 e342')).toBeVisible();
  });

  test('what goes wrong after Valise was locked is said where the dialog was', async () => {
    const { backend, user } = await open();
    backend.closeAccount = async () => {
      backend.setStatus({ stage: { type: 'locked' } });
      throw new Trouble(refusal('offline'));
    };
    const dialog = await closeAccount(user);
    await user.type(within(dialog).getByLabelText(NAME), 'Dana Reyes{Enter}');
    expect(await screen.findByText('The server cannot be reached.')).toBeInTheDocument();
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('groups', () => {
  /** The page takes clicks again. */
  const closed = () =>
    waitFor(() => {
      expect(screen.queryByRole('dialog')).toBeNull();
      expect(document.body.style.pointerEvents).not.toBe('none');
    });

  const GROUP = { id: 'g-1', name: 'Legal', members: ['a-bao', 'a-chidi'] };

  test('an officer makes one, changes it, and removes it', async () => {
    const { backend, user } = await open(acme());
    const card = await screen.findByRole('region', { name: 'Groups' });
    await user.click(within(card).getByRole('button', { name: 'New group…' }));
    const dialog = await screen.findByRole('dialog', { name: 'New group' });
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    expect(dialog).toHaveTextContent('Please type a name.');
    await user.type(within(dialog).getByLabelText('Name of the group'), 'Legal');
    await user.click(within(dialog).getByLabelText('Bao Linh'));
    await user.click(within(dialog).getByLabelText('Chidi Okafor'));
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    await closed();
    expect(await within(card).findByText('Legal')).toBeVisible();
    expect(card).toHaveTextContent('Bao Linh and Chidi Okafor');
    expect(backend.world.groups).toMatchObject([{ name: 'Legal', members: ['a-bao', 'a-chidi'] }]);

    await user.click(within(card).getByRole('button', { name: 'What to do with “Legal”' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Change…' }));
    const change = await screen.findByRole('dialog', { name: 'Change “Legal”' });
    await user.click(within(change).getByLabelText('Bao Linh'));
    await user.click(within(change).getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(backend.world.groups).toMatchObject([{ members: ['a-chidi'] }]));
    await closed();

    await user.click(within(card).getByRole('button', { name: 'What to do with “Legal”' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Remove…' }));
    const dialogs = await screen.findByRole('dialog', { name: 'Remove the group “Legal”?' });
    expect(dialogs).toHaveTextContent('Its people stay in every folder they are in.');
    await user.click(within(dialogs).getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(backend.world.groups).toEqual([]));
  });

  test('are seen by everybody, and changed by officers alone', async () => {
    const others = PEOPLE.map((person) => ({ ...person, officer: person.account === 'a-chidi' }));
    await open({ ...acme(), people: others, groups: [GROUP] });
    const card = await screen.findByRole('region', { name: 'Groups' });
    expect(card).toHaveTextContent('Bao Linh and Chidi Okafor');
    expect(within(card).queryByRole('button')).toBeNull();
  });

  test('a folder is shared with everybody of one who is not in it yet', async () => {
    const world = acme();
    world.groups = [GROUP];
    world.members.set('f-board', world.members.get('f-board')?.slice(0, 1) ?? []);
    const { backend, user } = await open(world);
    await user.click(await screen.findByRole('button', { name: /^Board papers/ }));
    await user.click(await screen.findByRole('button', { name: 'Share' }));
    const dialog = await screen.findByRole('dialog', { name: 'Share “Board papers”' });
    await user.selectOptions(await within(dialog).findByLabelText('Colleague'), 'Legal (group, 2 people)');
    const form = within(within(dialog).getByRole('button', { name: 'Add' }).closest('form') as HTMLElement);
    await user.selectOptions(form.getByLabelText('They become'), 'viewer');
    await user.click(within(dialog).getByRole('button', { name: 'Add' }));
    expect(await screen.findByText('2 people were added.')).toBeVisible();
    const added = (backend.world.members.get('f-board') ?? []).slice(1);
    expect(added.map((member) => [member.account, member.role])).toEqual([
      ['a-bao', 'viewer'],
      ['a-chidi', 'viewer'],
    ]);
  });
});
