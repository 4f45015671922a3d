/**
 * Every state of the window by name, for the design page (`?mock=<scene>`) and for its pictures. A scene is a
 * world, how its backend behaves, and what a person does in it before the picture.
 */
import type {
  AskedRecovery,
  Authority,
  DocumentSignature,
  FolderKeys,
  Person,
  Preview,
  Recovery,
  Status,
  Transfer,
} from '$lib/backend';
import {
  entry,
  folder,
  folderKeys,
  KITS,
  LAST_OFFICER,
  MockBackend,
  PAIRING,
  PIN,
  refusal,
  type MockOptions,
  type World,
} from '$lib/backend/mock';
import picture from '../../../icons/icon.png?url';
import agreement from './agreement.pdf?url';
import { clock } from '$lib/format/clock';
import {
  acme,
  ADA_ASKS,
  ASKED,
  BAD_SIGNATURES,
  blank,
  BOTH_HELP,
  CHIDI_HELPS,
  DANA_ASKS,
  HELPED,
  INVITATIONS,
  KEPT_HOLDER,
  many,
  MERGER_KEYS,
  NO_RECOVERY,
  NOW,
  PEOPLE,
  RECOVERY,
  SIGNATURES,
  STATUS,
  strangeNames,
  TOKEN,
  TOKEN_KEYS,
} from './world';

export type Scene = {
  world: () => World;
  options?: MockOptions;
  act?: (hand: Hand, backend: MockBackend) => Promise<void>;
};

const status = (change: Partial<Status>) => (): World => ({ ...acme(), status: { ...STATUS, ...change } });
const locked = (change: Partial<Status>) => status({ stage: { type: 'locked' }, ...change });
const account = STATUS.account;

const transfer: Transfer = {
  id: 7,
  kind: 'add',
  folder: 'f-merger',
  name: 'Site plan.pdf',
  filesDone: 2,
  files: 41,
  bytesDone: 118_000_000,
  bytes: 184_000_000,
  rate: 42_000_000,
  state: { type: 'running' },
  kept: true,
  leftOut: [],
};

const LINK = 'valise://join/1/k3VqYxw7Z0hUuT5mB9cJrQ2sLx8pNfGdA4eWiKzRtMo/acme.example:8443/9sXh2Vb7Qm4L';

const unverified = refusal('notVerified', {
  happened: 'Bao’s change to “Valuation model.xlsx” could not be verified.',
  safe: 'It was not opened, and nothing of yours was changed.',
  todo: 'Ask Bao to send it again, or see details.',
  details: 'record 9b2e6f0c71d8, folder f-merger, sequence 418',
});

/** Chidi shares a folder. */
const offered = (): World => ({
  ...acme(),
  offers: [
    { folder: 'f-tender', name: 'Tender 2027', by: 'Chidi Okafor', account: 'a-chidi', role: 'editor' },
    { folder: 'f-other', name: null, by: 'Dana Reyes', account: 'a-dana', role: 'viewer' },
  ],
});

function withFolder(change: Parameters<typeof folder>[2]): () => World {
  return () => {
    const world = acme();
    world.folders = world.folders.map((known) => (known.id === 'f-merger' ? { ...known, ...change } : known));
    return world;
  };
}

const PLAN = `Closing, step by step

1. The board signs the minutes.            Ada
2. Funds arrive on the escrow account.     Bao
3. Shares are entered in the register.     Chidi

Not before all three have said so:  שלום, Łódź, 北京.
`.repeat(6);

const shows =
  (preview: Preview, entry = 'e-spa') =>
  (): World => {
    const world = acme();
    world.previews.set(entry, preview);
    return world;
  };

async function toPdf(hand: Hand): Promise<void> {
  await toLook(hand, 'Disclosure letter (signed).pdf');
  await hand.see('.sheet canvas, .middle b');
}

async function toLook(hand: Hand, name = AGREEMENT): Promise<void> {
  await hand.press(name);
  document.querySelector<HTMLElement>('[role="grid"]')?.focus();
  hand.key(' ');
  await hand.wait(200);
}

const AGREEMENT = 'Share purchase agreement v7.docx';
const chooseAgreement = (hand: Hand) => hand.press(AGREEMENT);

async function toWhere(hand: Hand): Promise<void> {
  await toYou(hand);
  await hand.press('Continue');
  await hand.fill('Name of the workspace', 'Acme Legal');
}

async function toYou(hand: Hand): Promise<void> {
  await hand.press('Start a workspace');
  await hand.fill('Your name', 'Ada Novak');
  await hand.fill('Choose a password for this computer', 'violet ladder marble seven');
  await hand.wait(700);
}

async function toPreview(hand: Hand): Promise<void> {
  await hand.press('I have an invitation');
  await hand.fill('Invitation link', LINK);
  await hand.wait(100);
}

const signed = (signatures: DocumentSignature[]) => (): World => {
  const world = acme();
  const good = signatures.filter((made) => made.current && ['good', 'notChecked'].includes(made.verdict));
  const files = (world.entries.get('f-merger') ?? []).map((known) =>
    known.id === 'e-spa' ? { ...known, signatures: good.length } : known,
  );
  world.entries.set('f-merger', files);
  return { ...world, signatures: new Map([['e-spa', signatures]]) };
};

const LONG_STATEMENT = Array.from(
  { length: 8 },
  (_, at) =>
    `${at + 1}. As far as the annex of the disclosure letter says nothing else, subject to the board.`,
).join('\n');

async function toSignatures(hand: Hand): Promise<void> {
  await chooseAgreement(hand);
  await hand.details();
  await hand.wait(250);
  hand.show('Signatures');
}

async function toSign(hand: Hand): Promise<void> {
  await chooseAgreement(hand);
  await hand.menu();
  await hand.press('Sign…');
  await hand.wait(150);
}

async function toSigningKeys(hand: Hand): Promise<void> {
  await toSecurity(hand);
  await hand.wait(150);
  hand.show('Signing keys');
}

const withoutKits = (): World => ({ ...status({ waysOut: 'none' })(), recovery: NO_RECOVERY });

async function toKits(hand: Hand): Promise<void> {
  await hand.press('Print it');
  await hand.fill('Your password', 'violet ladder marble seven');
  await hand.press('Make it now');
}

function withKeys(change: Partial<FolderKeys>): () => World {
  return () => ({
    ...acme(),
    folderKeys: new Map([['f-merger', { ...MERGER_KEYS, ...change }]]),
  });
}

async function toFolderKeys(hand: Hand): Promise<void> {
  await hand.pressMenu('More for this folder');
  await hand.press('Keys…', -1);
}

async function toPasswordAndKeys(hand: Hand): Promise<void> {
  await hand.pressMenu('Account and appearance');
  await hand.press('Password and keys…');
  await hand.wait(100);
}

async function fillPasswords(hand: Hand, current: string): Promise<void> {
  await hand.fill('Your password now', current);
  await hand.fill('New password', 'seven marble ladder violet');
  await hand.fill('New password again', 'seven marble ladder violet');
  await hand.wait(700);
}

async function toWaysIn(hand: Hand): Promise<void> {
  await toSecurity(hand);
  await hand.wait(150);
  hand.show('Password and keys');
}

async function toAddToken(hand: Hand): Promise<void> {
  await toSecurity(hand);
  await hand.press('Add a token…');
}

async function toRenew(hand: Hand): Promise<void> {
  await toPasswordAndKeys(hand);
  await hand.press('Make everything new…');
}

async function toComputers(hand: Hand): Promise<void> {
  await hand.press('Security');
  await hand.wait(100);
}

async function toAddComputer(hand: Hand): Promise<void> {
  await toComputers(hand);
  await hand.press('Add a computer…');
}

async function toCode(hand: Hand): Promise<void> {
  await toAddComputer(hand);
  await hand.fill('Your password', 'violet ladder marble seven');
  await hand.press('Make a code');
}

async function toRemoveComputer(hand: Hand): Promise<void> {
  await toComputers(hand);
  await hand.pressMenu('Actions for Laptop');
  await hand.press('Remove…');
  await hand.wait(100);
}

async function toJoinAccount(hand: Hand): Promise<void> {
  await hand.press('I use Valise on another computer');
  await hand.fill('Code', PAIRING.link);
  await hand.fill('Choose a password for this computer', 'violet ladder marble seven');
  await hand.wait(700);
}

async function toLost(hand: Hand): Promise<void> {
  await hand.press('I lost my other computers');
  await hand.fill('Code of one kit', KITS[0]?.code ?? '');
  await hand.fill('Code of the other kit', KITS[1]?.code ?? '');
  await hand.fill('Address', PAIRING.catalog);
  await hand.fill('Choose a new password for this computer', 'violet ladder marble seven');
  await hand.wait(700);
}

/** Officers help: who, who asks, and how the own ways back stand. */
const helping =
  (authority: Partial<Authority>, recovery: Partial<Recovery> = {}, change: Partial<Status> = {}) =>
  (): World => ({
    ...status({ requests: authority.requests?.length ?? 0, ...change })(),
    authority: { ...CHIDI_HELPS, ...authority },
    recovery: { ...HELPED, ...recovery },
  });

/** Waiting for officers, on a new computer or on one that is locked. */
const asked =
  (change: Partial<AskedRecovery>, locked = false) =>
  (): World => ({
    ...(locked ? acme() : blank()),
    status: {
      ...(locked ? { ...STATUS, stage: { type: 'locked' }, waysOut: null } : blank().status),
      asked: true,
    },
    authority: CHIDI_HELPS,
    asked: { ...ASKED, ...change },
  });

const DAY = 86_400_000;
/** Chidi stands ready; of Ada's own folders one has nobody else in it. */
const heir =
  ({ successor = 'a-chidi', decided = false, name = 'Chidi Okafor' }) =>
  (): World => {
    const world = acme();
    world.members.set('f-board', world.members.get('f-board')?.slice(0, 1) ?? []);
    world.successor = successor;
    world.people = world.people.map((known) => (known.account === 'a-chidi' ? { ...known, name } : known));
    if (!decided) return world;
    world.successors = new Map([
      ['f-merger', 'a-chidi'],
      ['f-board', null],
    ]);
    world.folders = world.folders.map((known) =>
      known.id === 'f-merger' ? { ...known, successor: name } : known,
    );
    return world;
  };

async function toServer(hand: Hand): Promise<void> {
  await hand.press('People');
  await hand.wait(100);
  hand.show('Server');
}

async function toHeirs(hand: Hand): Promise<void> {
  await hand.press('People');
  await hand.wait(100);
  hand.show('Who takes over folders of somebody who leaves');
}

/** This computer alone opens the board papers, and the server stores on it, too. */
const singleWay = (): World => {
  const world = status({ waysOut: 'none' })();
  world.folders = world.folders.map((known) => ({ ...known, singleWay: known.id === 'f-board' }));
  world.keyWays.set('f-board', [{ kind: 'thisComputer', name: '' }]);
  world.entries.set('f-board', [
    entry('e-agenda', 'Agenda.docx', { size: 31_000 }),
    entry('e-minutes', 'Minutes, 3 November.pdf', { size: 84_000 }),
  ]);
  return { ...world, recovery: NO_RECOVERY, stores: [{ kind: 'pinningNodeHere', name: '' }] };
};

async function toKeptSafe(hand: Hand): Promise<void> {
  await hand.details();
  await hand.wait(400);
  hand.show('Kept safe');
}

async function toLoss(hand: Hand): Promise<void> {
  await hand.menuOf('Board papers');
  await hand.press('Can this be lost?…');
}

const toPeople = (hand: Hand) => hand.press('People');
const toSecurity = (hand: Hand) => hand.press('Security');

async function toHelpers(hand: Hand): Promise<void> {
  await toPeople(hand);
  await hand.press('Choose who can help…');
}

async function toKeptKey(hand: Hand): Promise<void> {
  await toHelpers(hand);
  await hand.press('A key that is kept elsewhere');
}

async function toRehearse(hand: Hand): Promise<void> {
  await toSecurity(hand);
  await hand.press('Rehearse a recovery…');
  await hand.fill('Code of the kit', KITS[0]?.code ?? '');
  await hand.press('Rehearse');
}

async function toApprove(hand: Hand): Promise<void> {
  await toPeople(hand);
  await hand.press('Approve Dana Reyes’s recovery');
}

async function toOneKit(hand: Hand): Promise<void> {
  await hand.press('I lost my other computers');
  await hand.press('I have one kit: ask my officers');
  await hand.fill('Code of the kit', KITS[0]?.code ?? '');
  await hand.fill('Address', PAIRING.catalog);
  await hand.fill('Choose a new password for this computer', 'violet ladder marble seven');
  await hand.fill('What to say to your officers', 'My laptop was stolen on the train.');
  await hand.wait(700);
}

async function toAskOfficers(hand: Hand): Promise<void> {
  await hand.press('Forgotten?');
  await hand.press('Ask my officers instead');
}

const GROUPS = [
  { id: 'g-legal', name: 'Legal', members: ['a-me', 'a-chidi'] },
  { id: 'g-sales', name: 'Sales, all countries', members: ['a-bao', 'a-chidi', 'a-dana'] },
];

const people = (change: (person: Person) => Partial<Person>) => (): World => ({
  ...acme(),
  people: PEOPLE.map((person) => ({ ...person, ...change(person) })),
});
const onlyOfficer = people((person) => ({ officer: person.me }));
/** Longer than any column or button. */
const LONG_NAME = 'Dr. Maria-Magdalena Aleksandra von Hohenstein-Brzęczyszczykiewicz y Fernández de Córdoba';

const choosePerson = (name: string, item: string) => async (hand: Hand) => {
  await hand.press('People');
  await hand.pressMenu(`Actions for ${name}`);
  await hand.press(item);
  await hand.wait(150);
};

const inviting = (): World => ({ ...acme(), invitations: INVITATIONS });

const compareWith =
  (name: string, now = 'not verified') =>
  async (hand: Hand) => {
    await hand.press('People');
    await hand.press(`${now}: compare safety numbers with ${name}`);
    await hand.wait(150);
  };

const toCloseAccount = choosePerson('Dana Reyes', 'Close account…');

async function closeAccount(hand: Hand): Promise<void> {
  await toCloseAccount(hand);
  await hand.fill('To be sure, type their name: Dana Reyes', 'Dana Reyes');
  await hand.press('Close Dana Reyes’s account');
}

async function toForget(hand: Hand): Promise<void> {
  await hand.press('Remove Valise’s data from this computer…');
}

export const SCENES: Record<string, Scene> = {
  welcome: { world: blank },
  you: { world: blank, act: toYou },
  'you-wrong': {
    world: blank,
    act: async (hand) => {
      await hand.press('Start a workspace');
      await hand.fill('Choose a password for this computer', 'password1');
      await hand.wait(700);
      await hand.press('Continue');
    },
  },
  where: { world: blank, act: toWhere },
  'where-server': {
    world: blank,
    options: {
      refuse: { create: refusal('offline', { details: 'connection refused: valise.acme.example:8443' }) },
    },
    act: async (hand) => {
      await toWhere(hand);
      await hand.press('On our server');
      await hand.fill('Address of the server', 'https://valise.acme.example:8443');
      await hand.press('Continue');
    },
  },
  'first-folder': {
    world: blank,
    act: async (hand) => {
      await toWhere(hand);
      await hand.press('Continue');
      await hand.fill('Name of the folder', 'Brightwater merger');
    },
  },
  'join-link': { world: blank, act: (hand) => hand.press('I have an invitation') },
  'join-wrong': {
    world: blank,
    options: { refuse: { inspectInvitation: refusal('badInvitation') } },
    act: toPreview,
  },
  'join-preview': { world: blank, act: toPreview },
  'join-you': {
    world: blank,
    act: async (hand) => {
      await toPreview(hand);
      await hand.press('Continue');
    },
  },
  'join-account-empty': { world: blank, act: (hand) => hand.press('I use Valise on another computer') },
  'join-account': { world: blank, act: toJoinAccount },
  'join-account-working': {
    world: blank,
    options: { hang: ['joinAccount'] },
    act: async (hand) => {
      await toJoinAccount(hand);
      await hand.press('Add this computer');
    },
  },
  'join-account-trouble': {
    world: blank,
    options: { refuse: { joinAccount: refusal('notPaired') } },
    act: async (hand) => {
      await toJoinAccount(hand);
      await hand.press('Add this computer');
    },
  },
  'lost-computers-empty': { world: blank, act: (hand) => hand.press('I lost my other computers') },
  'lost-computers-missing': {
    world: blank,
    act: async (hand) => {
      await hand.press('I lost my other computers');
      await hand.press('Open my account');
    },
  },
  'lost-computers': { world: blank, act: toLost },
  'lost-computers-working': {
    world: blank,
    options: { hang: ['recoverAccount'] },
    act: async (hand) => {
      await toLost(hand);
      await hand.press('Open my account');
    },
  },
  'lost-computers-same-kit': {
    world: blank,
    act: async (hand) => {
      await toLost(hand);
      await hand.fill('Code of the other kit', KITS[0]?.code ?? '');
      await hand.press('Open my account');
    },
  },
  'lost-computers-unknown': {
    world: blank,
    options: { refuse: { recoverAccount: refusal('notPaired') } },
    act: async (hand) => {
      await toLost(hand);
      await hand.press('Open my account');
    },
  },
  'lost-computers-kits': {
    world: () => ({ ...acme(), status: blank().status }),
    act: async (hand) => {
      await toLost(hand);
      await hand.press('Open my account');
    },
  },
  waiting: {
    world: status({
      stage: { type: 'waiting', inviter: 'Ada Novak', folder: 'Brightwater merger' },
      account: account && { ...account, name: 'Chidi Okafor' },
    }),
  },
  unlock: { world: status({ stage: { type: 'locked' } }) },
  'unlock-waiting': { world: status({ stage: { type: 'locked' }, waiting: 3, unheld: 1 }) },
  recover: {
    world: status({ stage: { type: 'locked' } }),
    act: (hand) => hand.press('Forgotten?'),
  },
  'recover-other-kit': {
    world: () => ({
      ...status({ stage: { type: 'locked' } })(),
      recovery: { ...RECOVERY, keyring: 'locked' },
    }),
    act: async (hand) => {
      await hand.press('Forgotten?');
      await hand.fill('Code of the kit', KITS[0]?.code ?? '');
      await hand.fill('Choose a new password for this computer', 'violet ladder marble seven');
      await hand.wait(700);
      await hand.press('Open Valise');
    },
  },
  'unlock-wrong': {
    world: status({ stage: { type: 'locked' } }),
    act: async (hand) => {
      await hand.fill('Password', 'violet ladder');
      await hand.press('Unlock');
    },
  },
  'unlock-removed': {
    world: status({ stage: { type: 'locked' } }),
    options: { refuse: { unlock: refusal('removed') } },
    act: async (hand) => {
      await hand.fill('Password', 'violet ladder marble seven');
      await hand.press('Unlock');
    },
  },
  'unlock-token': { world: locked({ password: false, token: TOKEN }) },
  'unlock-token-wrong': {
    world: locked({ password: false, token: TOKEN }),
    act: async (hand) => {
      await hand.fill('PIN of the token', '1234');
      await hand.press('Unlock');
    },
  },
  'unlock-either': { world: locked({ token: TOKEN }) },
  'unlock-either-token': {
    world: locked({ token: TOKEN }),
    act: (hand) => hand.press('Use the token instead'),
  },
  'start-trouble': { world: acme, options: { refuse: { status: refusal('inUse') } } },

  full: { world: () => ({ ...acme(), transfers: [transfer] }), act: chooseAgreement },
  quiet: { world: acme },
  technical: {
    world: acme,
    act: async (hand) => {
      await chooseAgreement(hand);
      await hand.details();
      await hand.wait(250);
      await hand.press('Technical details');
    },
  },
  several: {
    world: acme,
    act: async (hand) => {
      await chooseAgreement(hand);
      hand.key('ArrowDown', { shiftKey: true });
      hand.key('ArrowDown', { shiftKey: true });
    },
  },
  subfolder: {
    world: acme,
    act: async (hand) => {
      await hand.open('Due diligence');
      await hand.open('Contracts');
    },
  },
  empty: { world: acme, act: (hand) => hand.press('Board papers') },
  'empty-subfolder': {
    world: () => {
      const world = acme();
      world.entries.get('f-board')?.push(entry('e-minutes', 'Minutes', { kind: 'directory' }));
      return world;
    },
    act: async (hand) => {
      await hand.press('Board papers');
      await hand.open('Minutes');
    },
  },
  mine: { world: acme, act: (hand) => hand.press('My files') },
  'mine-empty': {
    world: () => ({ ...acme(), entries: new Map([...acme().entries, ['f-mine', []]]) }),
    act: (hand) => hand.press('My files'),
  },
  'first-day': {
    world: () => ({
      ...acme(),
      status: { ...STATUS, online: 0 },
      folders: [
        folder('f-mine', '', { personal: true, people: 1 }),
        folder('f-board', 'Board papers', { people: 1 }),
      ],
      people: PEOPLE.slice(0, 1),
    }),
  },
  'no-folders': {
    world: () => ({
      ...acme(),
      status: { ...STATUS, connection: 'none', online: 0 },
      folders: [folder('f-mine', '', { personal: true, people: 1 })],
      entries: new Map([['f-mine', []]]),
      people: PEOPLE.slice(0, 1),
    }),
  },
  loading: { world: acme, options: { hang: ['list'] }, act: (hand) => hand.wait(500) },
  'list-trouble': {
    world: acme,
    options: { refuse: { list: refusal('io', { details: 'index: disk I/O error (code 10)' }) } },
  },
  offline: {
    world: () => {
      const world = status({ connection: 'unreachable', online: 0, waiting: 3, unheld: 2 })();
      const entries = world.entries.get('f-merger') ?? [];
      world.entries.set(
        'f-merger',
        entries.map((known) =>
          known.place.type === 'sending' ? { ...known, place: { type: 'waiting' } } : known,
        ),
      );
      return world;
    },
    act: chooseAgreement,
  },
  outbox: {
    world: () => {
      const sending = { files: 2, bytes: 214_000_000, sent: 96_000_000, rate: 6_400_000 };
      const world = status({ connection: 'syncing', waiting: 4, unheld: 2, sending })();
      const at = { folder: 'f-merger', folderName: 'Merger Q3', entry: 'e' };
      world.outbox = {
        changes: [
          { ...at, name: 'Minutes of the board.md', kind: 'changed' },
          { ...at, name: 'Signature page.png', kind: 'moved' },
          { ...at, name: 'Old drafts', kind: 'trashed' },
          { ...at, name: '', kind: 'moved' },
        ],
        moreChanges: 0,
        files: [
          { ...at, name: 'Recording of the call.mp4', bytes: 206_000_000, percent: 43 },
          { ...at, name: 'Valuation model.xlsx', bytes: 8_000_000, percent: 0 },
        ],
        moreFiles: 0,
        sending,
      };
      return world;
    },
    act: (hand) => hand.press('4 changes waiting to be sent'),
  },
  connecting: { world: status({ connection: 'connecting', online: 0 }) },
  stopped: {
    world: () => ({
      ...withFolder({ stopped: true })(),
      security: [{ at: NOW - 600_000, alarm: true, words: unverified }],
    }),
  },
  distrusted: {
    world: () => ({
      ...status({ connection: 'distrusted', online: 0, waiting: 1 })(),
      security: [{ at: NOW - 600_000, alarm: true, words: refusal('distrusted') }],
    }),
  },
  'key-change': { world: withFolder({ keyChangeWaiting: true }) },
  problem: {
    world: () => {
      const world = acme();
      const entries = world.entries.get('f-merger') ?? [];
      const words = 'Bao’s change could not be verified. It was not opened. Ask Bao to send it again.';
      world.entries.set(
        'f-merger',
        entries.map((known) =>
          known.id === 'e-model' ? { ...known, place: { type: 'problem', words } } : known,
        ),
      );
      return world;
    },
    act: async (hand) => {
      await hand.press('Valuation model.xlsx');
      await hand.details();
    },
  },
  viewer: { world: acme, act: (hand) => hand.press('Leave forms') },
  many: {
    world: () => {
      const world = withFolder({ files: 100_000 })();
      world.entries.set('f-merger', many(100_000));
      return world;
    },
    act: async (hand) => {
      hand.focusList();
      hand.key('End');
    },
  },
  names: {
    world: () => ({ ...acme(), entries: new Map([...acme().entries, ['f-merger', strangeNames()]]) }),
    act: (hand) => hand.pressContaining('invoice'),
  },
  search: {
    world: acme,
    act: async (hand) => {
      await hand.fill('Search in Brightwater merger', 'agreement');
      await hand.wait(350);
    },
  },
  'search-none': {
    world: acme,
    act: async (hand) => {
      await hand.fill('Search in Brightwater merger', 'holiday');
      await hand.wait(350);
    },
  },
  recent: { world: acme, act: (hand) => hand.press('Recent') },
  'recent-empty': {
    world: () => ({ ...acme(), entries: new Map(acme().folders.map((known) => [known.id, []])) }),
    act: (hand) => hand.press('Recent'),
  },
  trash: {
    world: acme,
    act: async (hand) => {
      await hand.press('Trash');
      await hand.press('Letter of intent (draft 2).docx');
    },
  },
  'trash-empty': {
    world: () => ({ ...acme(), entries: new Map(acme().folders.map((known) => [known.id, []])) }),
    act: (hand) => hand.press('Trash'),
  },
  people: { world: acme, act: (hand) => hand.press('People') },
  'people-invitations': { world: inviting, act: (hand) => hand.press('People') },
  'people-invitations-menu': {
    world: inviting,
    act: async (hand) => {
      await hand.press('People');
      await hand.pressMenu('What to do with the invitation to “Board papers”');
    },
  },
  'people-invitations-alone': {
    world: () => ({ ...inviting(), people: PEOPLE.slice(0, 1) }),
    act: (hand) => hand.press('People'),
  },
  'withdraw-invitation': {
    world: inviting,
    act: async (hand) => {
      await hand.press('People');
      await hand.pressMenu('What to do with the invitation to “Board papers”');
      await hand.press('Withdraw…');
    },
  },
  'people-groups': {
    world: () => ({ ...acme(), groups: GROUPS }),
    act: (hand) => hand.press('People'),
  },
  'group-change': {
    world: () => ({ ...acme(), groups: GROUPS }),
    act: async (hand) => {
      await hand.press('People');
      await hand.pressMenu('What to do with “Legal”');
      await hand.press('Change…');
    },
  },
  'people-alone': {
    world: () => ({ ...acme(), people: PEOPLE.slice(0, 1) }),
    act: (hand) => hand.press('People'),
  },
  server: { world: acme, act: toServer },
  'server-here': {
    world: () => ({
      ...acme(),
      network: {
        ...acme().network,
        hosts: true,
        addresses: ['https://ada-desk.local:8443', 'https://192.168.1.20:8443'],
      },
    }),
    act: toServer,
  },
  'server-none': {
    world: () => ({
      ...status({ connection: 'none', online: 0 })(),
      network: { ...acme().network, catalog: null, addresses: [] },
    }),
    act: toServer,
  },
  'server-offline': { world: status({ connection: 'unreachable', online: 0 }), act: toServer },
  'people-menu': {
    world: acme,
    act: async (hand) => {
      await hand.press('People');
      await hand.pressMenu('Actions for Bao Linh');
    },
  },
  'people-compare': { world: acme, act: compareWith('Bao Linh') },
  'people-compare-again': {
    world: people((person) => (person.account === 'a-bao' ? { compareAgain: true } : {})),
    act: compareWith('Bao Linh', 'compare again'),
  },
  'people-compared': { world: acme, act: compareWith('Chidi Okafor', 'verified') },
  'people-compare-long': {
    world: people((person) => (person.account === 'a-chidi' ? { name: LONG_NAME, verified: false } : {})),
    act: compareWith(LONG_NAME),
  },
  'people-only-officer': { world: onlyOfficer, act: (hand) => hand.press('People') },
  'people-no-officer': {
    world: people((person) => ({ officer: person.account === 'a-chidi' })),
    act: (hand) => hand.press('People'),
  },
  'people-long': {
    world: people((person) => (person.account === 'a-chidi' ? { name: LONG_NAME } : {})),
    act: (hand) => hand.press('People'),
  },
  'make-officer': { world: acme, act: choosePerson('Bao Linh', 'Make an officer…') },
  'no-officer': { world: acme, act: choosePerson('Chidi Okafor', 'No officer any more…') },
  'no-officer-own': { world: acme, act: choosePerson('Ada Novak', 'No officer any more…') },
  'no-officer-refused': {
    world: acme,
    options: { refuse: { setOfficer: LAST_OFFICER } },
    act: async (hand) => {
      await choosePerson('Chidi Okafor', 'No officer any more…')(hand);
      await hand.press('Remove Chidi Okafor as an officer');
    },
  },
  'close-account': { world: acme, act: toCloseAccount },
  'close-account-wrong': {
    world: acme,
    act: async (hand) => {
      await toCloseAccount(hand);
      await hand.fill('To be sure, type their name: Dana Reyes', 'Dana');
      await hand.press('Close Dana Reyes’s account');
    },
  },
  'close-account-namesakes': {
    world: people((person) => (person.account === 'a-chidi' ? { name: 'Dana Reyes' } : {})),
    act: toCloseAccount,
  },
  'close-account-long': {
    world: people((person) => (person.account === 'a-chidi' ? { name: LONG_NAME } : {})),
    act: choosePerson(LONG_NAME, 'Close account…'),
  },
  'close-account-offline': {
    world: acme,
    options: { refuse: { closeAccount: refusal('offline') } },
    act: closeAccount,
  },
  'close-account-done': { world: acme, act: closeAccount },
  'people-trouble': {
    world: acme,
    options: { refuse: { people: refusal('io') } },
    act: (hand) => hand.press('People'),
  },
  'reminder-kit': { world: withoutKits },
  'kits-password': { world: withoutKits, act: (hand) => hand.press('Print it') },
  'kits-a': { world: withoutKits, act: toKits },
  'kits-ask': {
    world: withoutKits,
    act: async (hand) => {
      await toKits(hand);
      await hand.press('I have it on paper');
    },
  },
  'security-kits': {
    world: () => ({
      ...status({ waysOut: 'one' })(),
      recovery: {
        ...RECOVERY,
        keyring: 'locked',
        kits: RECOVERY.kits.map((kit) => (kit.kit === 'b' ? { ...kit, kept: null } : kit)),
      },
    }),
    act: (hand) => hand.press('Security'),
  },
  security: { world: acme, act: (hand) => hand.press('Security') },
  'security-alarm': {
    world: () => ({
      ...acme(),
      security: [
        { at: NOW - 600_000, alarm: true, words: unverified },
        {
          at: NOW - 90_000_000,
          alarm: false,
          words: refusal('notAllowed', {
            happened: 'Dana’s device tried to rename a file in “Leave forms”, which her role does not allow.',
            safe: 'Nothing was changed.',
          }),
        },
      ],
    }),
    act: (hand) => hand.press('Security'),
  },
  computers: {
    world: acme,
    act: async (hand) => {
      await toComputers(hand);
      await hand.press('Removed (1)');
    },
  },
  'computers-menu': {
    world: acme,
    act: async (hand) => {
      await toComputers(hand);
      await hand.pressMenu('Actions for Laptop');
    },
  },
  'computers-trouble': {
    world: acme,
    options: { refuse: { devices: refusal('offline') } },
    act: toComputers,
  },
  'computer-reach': {
    world: acme,
    act: async (hand) => {
      await toComputers(hand);
      await hand.press('Removed (1)');
      await hand.press('What it could open… (Old laptop)');
      await hand.press('Brightwater merger 9 versions');
    },
  },
  'add-computer': {
    world: () => ({
      ...acme(),
      devices: acme().devices.map((device) => (device.here ? { ...device, name: null } : device)),
    }),
    act: toAddComputer,
  },
  'add-computer-code': { world: acme, act: toCode },
  'add-computer-trouble': {
    world: acme,
    act: async (hand, backend) => {
      await toCode(hand);
      backend.emit({ type: 'paired', name: null, trouble: refusal('notPaired') });
    },
  },
  'add-computer-done': {
    world: acme,
    act: async (hand, backend) => {
      await toCode(hand);
      backend.emit({ type: 'paired', name: 'Laptop', trouble: null });
    },
  },
  'add-computer-alone': { world: status({ connection: 'none', online: 0 }), act: toAddComputer },
  'remove-computer': {
    world: acme,
    act: async (hand) => {
      await toRemoveComputer(hand);
      await hand.press('Brightwater merger 9 versions');
    },
  },
  'remove-computer-kits': {
    world: acme,
    act: async (hand) => {
      await toRemoveComputer(hand);
      await hand.fill('Your password', 'violet ladder marble seven');
      await hand.press('Remove this computer');
    },
  },
  removed: { world: status({ connection: 'removed', online: 0 }) },
  'removed-security': { world: status({ connection: 'removed', online: 0 }), act: toComputers },
  forget: {
    world: status({ connection: 'removed', online: 0 }),
    act: async (hand) => {
      await toForget(hand);
      await hand.fill('To be sure, type the name of the workspace: Acme Legal', 'Acme');
      await hand.press('Remove the data');
    },
  },
  'forget-host': {
    world: acme,
    options: {
      refuse: {
        forget: refusal('notAllowed', {
          happened: 'This computer hosts the workspace: without it, nobody could share anything.',
        }),
      },
    },
    act: async (hand) => {
      await toComputers(hand);
      await toForget(hand);
      await hand.fill('To be sure, type the name of the workspace: Acme Legal', 'Acme Legal');
      await hand.press('Remove the data');
    },
  },
  'help-none': { world: acme, act: toPeople },
  'help-one': { world: helping({ toCome: ['Bao Linh', 'Ada Novak'] }), act: toPeople },
  'help-two': { world: helping({ ...BOTH_HELP }, { escrow: 'none' }), act: toPeople },
  'help-gone': {
    world: helping({ holders: BOTH_HELP.holders.map((it) => ({ ...it, gone: !it.mine })), toCome: [] }),
    act: toPeople,
  },
  'help-kept': {
    world: helping({ holders: [...CHIDI_HELPS.holders, KEPT_HOLDER] }),
    act: toPeople,
  },
  'help-kept-menu': {
    world: helping({ holders: [KEPT_HOLDER] }),
    act: async (hand) => {
      await toPeople(hand);
      await hand.pressMenu('More about who can help');
    },
  },
  'help-rewrap': {
    world: helping({ holders: [KEPT_HOLDER] }),
    act: async (hand) => {
      await toPeople(hand);
      await hand.pressMenu('More about who can help');
      await hand.press('Use the newest version of the key…');
    },
  },
  'help-no-officer': {
    world: () => ({
      ...people((person) => ({ officer: person.account === 'a-chidi' }))(),
      authority: CHIDI_HELPS,
    }),
    act: toPeople,
  },
  'help-long': {
    world: () => ({
      ...helping({
        holders: CHIDI_HELPS.holders.map((holder) => ({ ...holder, name: LONG_NAME })),
        requests: [{ ...DANA_ASKS, name: LONG_NAME, reason: LONG_NAME.repeat(2) }],
        toCome: [LONG_NAME, 'Bao Linh'],
      })(),
    }),
    act: toPeople,
  },
  'helpers-choose': { world: acme, act: toHelpers },
  'helpers-two': {
    world: acme,
    act: async (hand) => {
      await toHelpers(hand);
      await hand.press('Two officers, both needed');
    },
  },
  'helpers-kept': {
    world: acme,
    act: async (hand) => {
      await toKeptKey(hand);
      await hand.fill('Address of the key', TOKEN);
      await hand.fill('PIN of the token', PIN);
      await hand.press('Make the key there');
    },
  },
  'helpers-kept-empty': { world: acme, act: toKeptKey },
  'helpers-kept-trouble': {
    world: acme,
    act: async (hand) => {
      await toKeptKey(hand);
      await hand.fill('Address of the key', TOKEN);
      await hand.press('Make the key there');
    },
  },
  'helpers-kept-officer': {
    world: acme,
    act: async (hand) => {
      await toKeptKey(hand);
      await hand.press('An officer is needed, too');
    },
  },
  'helpers-only-officer': { world: onlyOfficer, act: toHelpers },
  'helpers-offline': {
    world: acme,
    options: { refuse: { setAuthority: refusal('offline') } },
    act: async (hand) => {
      await toHelpers(hand);
      await hand.press('Save');
    },
  },
  'help-end': {
    world: helping({}),
    act: async (hand) => {
      await toPeople(hand);
      await hand.press('End…');
    },
  },
  request: { world: helping({ ...BOTH_HELP, requests: [DANA_ASKS] }), act: toPeople },
  'request-approve': { world: helping({ ...BOTH_HELP, requests: [DANA_ASKS] }), act: toApprove },
  'request-approve-kept': {
    world: helping({ holders: [KEPT_HOLDER], requests: [{ ...DANA_ASKS, needsSecret: true }] }),
    act: async (hand) => {
      await toApprove(hand);
      await hand.press('This computer has not used it before');
    },
  },
  'request-approve-missing': {
    world: helping({ ...BOTH_HELP, requests: [DANA_ASKS] }),
    act: async (hand) => {
      await toApprove(hand);
      await hand.press('Approve', -1);
    },
  },
  'requests-states': {
    world: helping({
      ...BOTH_HELP,
      requests: [
        { ...DANA_ASKS, approvedBy: ['Ada Novak'], mayApprove: false },
        {
          ...DANA_ASKS,
          device: 'd-bao-new',
          name: 'Bao Linh',
          account: 'a-bao',
          reason: '',
          approvedBy: ['Ada Novak', 'Chidi Okafor'],
          notBefore: NOW + DAY,
          mayApprove: false,
        },
        {
          ...DANA_ASKS,
          device: 'd-old',
          name: 'Eve Marsh',
          account: 'a-eve',
          reason: '',
          approvedBy: ['Ada Novak', 'Chidi Okafor'],
          notBefore: NOW - DAY,
          released: true,
          mayApprove: false,
        },
      ],
    }),
    act: toPeople,
  },
  claim: { world: helping({ requests: [ADA_ASKS] }) },
  'claim-approved': {
    world: helping({ requests: [{ ...ADA_ASKS, approvedBy: ['Chidi Okafor'], notBefore: NOW + DAY }] }),
    act: toSecurity,
  },
  'claim-known': {
    world: helping({ requests: [ADA_ASKS] }),
    act: async (hand) => {
      await hand.press(`It is me, on the computer ${ADA_ASKS.fingerprint}`);
      await toSecurity(hand);
    },
  },
  'security-help': { world: helping({}), act: toSecurity },
  'security-help-offered': { world: helping({}, { ...RECOVERY, escrow: 'offered' }), act: toSecurity },
  'security-help-outdated': {
    world: helping({ ...BOTH_HELP }, { escrow: 'outdated' }, { waysOut: 'outdated' }),
    act: toSecurity,
  },
  rehearse: {
    world: helping({}),
    act: async (hand) => {
      await toSecurity(hand);
      await hand.press('Rehearse a recovery…');
    },
  },
  'rehearse-working': { world: helping({}), options: { hang: ['rehearse'] }, act: toRehearse },
  'rehearse-done': { world: helping({}), act: toRehearse },
  'rehearse-other-kit': {
    world: () => ({ ...acme(), recovery: { ...RECOVERY, keyring: 'locked' } }),
    act: toRehearse,
  },
  'rehearse-no-keyring': { world: helping({}, { keyring: 'absent' }), act: toRehearse },
  'kits-one': {
    world: () => ({ ...withoutKits(), authority: CHIDI_HELPS }),
    act: toKits,
  },
  'lost-one-kit': { world: blank, act: toOneKit },
  'lost-one-kit-unknown': {
    world: blank,
    options: { refuse: { askRecovery: refusal('notPaired') } },
    act: async (hand) => {
      await toOneKit(hand);
      await hand.press('Ask my officers');
    },
  },
  'ask-officers': { world: status({ stage: { type: 'locked' } }), act: toAskOfficers },
  'ask-officers-no-keyring': {
    world: () => ({
      ...status({ stage: { type: 'locked' } })(),
      recovery: { ...HELPED, keyring: 'absent' },
    }),
    act: async (hand) => {
      await toAskOfficers(hand);
      await hand.fill('Choose a new password for this computer', 'violet ladder marble seven');
      await hand.wait(700);
      await hand.press('Ask my officers');
    },
  },
  asked: { world: asked({}) },
  'asked-locked': { world: asked({}, true) },
  'asked-two': { world: asked({ needed: 2, approved: 1 }) },
  'asked-approved': { world: asked({ stage: 'approved', approved: 1, notBefore: NOW + DAY }) },
  'asked-ready': { world: asked({ stage: 'ready', approved: 1, notBefore: NOW - DAY }) },
  'asked-ready-wrong': {
    world: asked({ stage: 'ready', approved: 1, notBefore: NOW - DAY }),
    act: async (hand) => {
      await hand.fill('The new password you chose', 'violet');
      await hand.press('Open Valise');
    },
  },
  'asked-refused': { world: asked({ stage: 'refused' }) },
  'asked-gone': { world: asked({ stage: 'gone' }, true) },
  'asked-unreachable': { world: asked({ stage: 'unreachable' }) },
  'asked-give-up': { world: asked({}), act: (hand) => hand.press('Give up…') },
  'asked-remember': {
    world: asked({}, true),
    act: (hand) => hand.press('I remember my old password'),
  },
  'asked-kits': {
    world: () => ({ ...acme(), ...asked({ stage: 'ready', approved: 1 })(), folders: acme().folders }),
    act: async (hand) => {
      await hand.fill('The new password you chose', 'violet ladder marble seven');
      await hand.press('Open Valise');
    },
  },
  share: {
    world: () => {
      const world = acme();
      world.people.push({
        account: 'a-eve',
        name: 'Eve Marsh',
        officer: false,
        me: false,
        online: false,
        fingerprint: '',
        verified: false,
        compareAgain: false,
      });
      return world;
    },
    act: (hand) => hand.press('Share'),
  },
  'share-link': {
    world: acme,
    act: async (hand) => {
      await hand.press('Share');
      await hand.press('Make an invitation');
    },
  },
  'share-none': {
    world: status({ connection: 'none', online: 0 }),
    act: (hand) => hand.press('Share'),
  },
  'share-viewer': {
    world: acme,
    act: async (hand) => {
      await hand.press('Leave forms');
      await hand.press('People');
    },
  },
  'remove-member': {
    world: acme,
    act: async (hand) => {
      await hand.press('Share');
      await hand.press('Remove Dana Reyes');
    },
  },
  'folder-menu': { world: acme, act: (hand) => hand.menuOf('Brightwater merger') },
  'folder-keys': { world: acme, act: toFolderKeys },
  'folder-keys-one': {
    world: acme,
    act: async (hand) => {
      await hand.press('Board papers');
      await toFolderKeys(hand);
    },
  },
  'folder-keys-moved': {
    world: withKeys({ minimum: 2, rotateDays: 45, older: 0, files: [{ version: 3, keys: 134 }] }),
    act: toFolderKeys,
  },
  'folder-keys-many': {
    world: withKeys({
      current: 14,
      minimum: 4,
      older: 21_480,
      files: Array.from({ length: 10 }, (_, age) => ({
        version: 14 - age,
        keys: Math.round(18_400 / (age + 1)),
      })),
    }),
    act: toFolderKeys,
  },
  'folder-keys-waiting': {
    world: () => ({
      ...withFolder({ keyChangeWaiting: true })(),
      folderKeys: new Map([['f-merger', { ...MERGER_KEYS, changeWaiting: true }]]),
    }),
    act: toFolderKeys,
  },
  'folder-keys-viewer': {
    world: () => {
      const world = acme();
      const leave = world.folders.find((known) => known.id === 'f-leave');
      if (leave === undefined) return world;
      const more = { current: 2, by: 'Dana Reyes', rotateDays: 180, files: [{ version: 2, keys: 9 }] };
      world.folderKeys.set('f-leave', folderKeys(leave, more));
      return world;
    },
    act: async (hand) => {
      await hand.press('Leave forms');
      await toFolderKeys(hand);
    },
  },
  'folder-keys-moving': {
    world: acme,
    options: { hang: ['rewrap'] },
    act: async (hand, backend) => {
      await toFolderKeys(hand);
      await hand.press('Move 14 file keys to version 3');
      await hand.wait(1100);
      backend.emit({ type: 'rewrapped', folder: 'f-merger', done: 9, of: 14 });
      await hand.wait(250);
    },
  },
  'folder-keys-trouble': {
    world: acme,
    options: { refuse: { folderKeys: refusal('io', { details: 'index: disk I/O error (code 10)' }) } },
    act: toFolderKeys,
  },
  'folder-keys-offline': {
    world: acme,
    options: { refuse: { rotateFolderKey: refusal('offline') } },
    act: async (hand) => {
      await toFolderKeys(hand);
      await hand.press('Change the key now');
    },
  },
  'password-and-keys': { world: acme, act: toPasswordAndKeys },
  'password-and-keys-behind': {
    world: () => ({ ...acme(), accountKeys: { ...acme().accountKeys, foldersBehind: 2 } }),
    act: toPasswordAndKeys,
  },
  'password-wrong': {
    world: acme,
    act: async (hand) => {
      await toPasswordAndKeys(hand);
      await fillPasswords(hand, 'violet ladder');
      await hand.press('Change the password');
      await hand.wait(100);
    },
  },
  'own-keys-trouble': {
    world: acme,
    options: { refuse: { accountKeys: refusal('io') } },
    act: toPasswordAndKeys,
  },
  renew: { world: acme, act: toRenew },
  'renew-working': {
    world: acme,
    options: { hang: ['renewKeys'] },
    act: async (hand) => {
      await toRenew(hand);
      await fillPasswords(hand, 'violet ladder marble seven');
      await hand.press('Make everything new');
    },
  },
  'renew-kits': {
    world: acme,
    act: async (hand) => {
      await toRenew(hand);
      await fillPasswords(hand, 'violet ladder marble seven');
      await hand.press('Make everything new');
    },
  },
  'token-only-keys': { world: status({ password: false, token: TOKEN }), act: toPasswordAndKeys },
  'token-card': { world: status({ token: TOKEN }), act: toWaysIn },
  'token-card-only': { world: status({ password: false, token: TOKEN }), act: toWaysIn },
  'token-add': { world: acme, act: toAddToken },
  'token-add-instead': {
    world: status({ waysOut: 'unproven' }),
    act: async (hand) => {
      await toAddToken(hand);
      await hand.fill('Address of the token', TOKEN);
      await hand.fill('PIN of the token', PIN);
      await hand.press('Instead of the password');
      await hand.fill('Your password now', 'violet ladder marble seven');
    },
  },
  'token-add-no-kit': { world: withoutKits, act: toAddToken },
  'token-add-missing': {
    world: acme,
    act: async (hand) => {
      await toAddToken(hand);
      await hand.press('Add the token');
    },
  },
  'token-add-trouble': {
    world: acme,
    act: async (hand) => {
      await toAddToken(hand);
      await hand.fill('Address of the token', TOKEN);
      await hand.fill('PIN of the token', '1234');
      await hand.fill('Your password now', 'violet ladder marble seven');
      await hand.press('Add the token');
    },
  },
  'token-remove': {
    world: status({ token: TOKEN }),
    act: async (hand) => {
      await toSecurity(hand);
      await hand.press('Remove the token…');
    },
  },
  'token-remove-only': {
    world: status({ password: false, token: TOKEN }),
    act: async (hand) => {
      await toSecurity(hand);
      await hand.press('Remove the token…');
      await hand.fill('Choose a password for this computer', 'violet ladder marble seven');
      await hand.wait(700);
    },
  },
  offer: {
    world: offered,
    act: async (hand) => {
      await hand.press('Tender 2027');
    },
  },
  'offer-sidebar': { world: offered },
  'hand-over': {
    world: acme,
    act: async (hand) => {
      await hand.press('Share');
      await hand.press('Hand over…');
    },
  },
  activity: {
    world: acme,
    act: async (hand) => {
      await hand.pressMenu('More for this folder');
      await hand.press('Activity…');
    },
  },
  'loss-line': {
    world: acme,
    act: async (hand) => {
      await hand.press('Timetable (Ada’s copy, 3 Nov).pdf');
      await toKeptSafe(hand);
    },
  },
  'loss-line-thin': {
    world: acme,
    act: async (hand) => {
      await hand.press('Board presentation.pptx');
      await toKeptSafe(hand);
    },
  },
  'loss-folder': {
    world: acme,
    act: async (hand) => {
      await hand.pressMenu('More for this folder');
      await hand.press('Can this be lost?…');
    },
  },
  'loss-calm': {
    world: acme,
    act: async (hand) => {
      await chooseAgreement(hand);
      await hand.details();
      await hand.wait(300);
      await hand.press('7 ways to its key, 2 computers hold it');
    },
  },
  'loss-single': { world: singleWay, act: toLoss },
  'loss-mark': { world: singleWay },
  'loss-trouble': {
    world: acme,
    options: { refuse: { recoverability: refusal('io') } },
    act: toLoss,
  },
  'heir-none': { world: acme, act: toHeirs },
  'heir-named': { world: heir({ decided: true }), act: toHeirs },
  'heir-gone': { world: heir({ successor: 'a-gone', decided: true }), act: toHeirs },
  'heir-me': { world: heir({ successor: 'a-me' }), act: toHeirs },
  'heir-no-officer': {
    world: () => ({
      ...heir({})(),
      people: PEOPLE.map((person) => ({ ...person, officer: person.account === 'a-chidi' })),
    }),
    act: toPeople,
  },
  'heir-choose': {
    world: acme,
    act: async (hand) => {
      await toHeirs(hand);
      await hand.press('Choose who…');
    },
  },
  'heir-bar': { world: heir({}), act: toPeople },
  'heir-bar-long': { world: heir({ name: LONG_NAME }), act: toPeople },
  'heir-new-folder': { world: heir({ decided: true }), act: (hand) => hand.press('New folder') },
  'heir-new-folder-long': {
    world: heir({ name: LONG_NAME, decided: true }),
    act: (hand) => hand.press('New folder'),
  },
  'heir-reminder': { world: heir({}) },
  'heir-each': {
    world: heir({}),
    act: async (hand) => {
      await toPeople(hand);
      await hand.press('Decide for each…');
    },
  },
  'heir-folder': { world: heir({ decided: true }) },
  'heir-share': { world: heir({ decided: true }), act: (hand) => hand.press('Share') },
  'heir-close-account': { world: heir({ decided: true }), act: toCloseAccount },
  ownerless: { world: withFolder({ ownerless: true, role: 'editor' }) },
  signatures: { world: acme, act: toSignatures },
  'signatures-bad': { world: signed(BAD_SIGNATURES), act: toSignatures },
  'signatures-none': { world: signed([]), act: toSignatures },
  'signatures-long': {
    world: signed([
      ...SIGNATURES.map((made) => ({ ...made, name: LONG_NAME, statement: LONG_STATEMENT, member: false })),
    ]),
    act: toSignatures,
  },
  'signatures-checking': {
    world: acme,
    options: { hang: ['signatures'] },
    act: async (hand, backend) => {
      backend.options.hang = [];
      await toSignatures(hand);
      backend.options.hang = ['signatures'];
      await hand.press('Check');
    },
  },
  'signatures-trouble': {
    world: acme,
    options: { refuse: { signatures: refusal('io') } },
    act: toSignatures,
  },
  'signatures-technical': {
    world: acme,
    act: async (hand) => {
      await toSignatures(hand);
      await hand.press('Technical details of the signature by Dana Reyes');
    },
  },
  sign: { world: acme, act: toSign },
  'sign-words': {
    world: acme,
    act: async (hand) => {
      await toSign(hand);
      await hand.press('Approved');
    },
  },
  'sign-long': {
    world: acme,
    act: async (hand) => {
      await toSign(hand);
      await hand.fill('Statement', LONG_STATEMENT.repeat(2));
    },
  },
  'sign-working': {
    world: acme,
    options: { hang: ['sign'] },
    act: async (hand) => {
      await toSign(hand);
      await hand.press('Seen');
      await hand.press('Sign');
    },
  },
  'sign-done': {
    world: acme,
    act: async (hand) => {
      await toSign(hand);
      await hand.press('Agreed');
      await hand.press('Sign');
      await hand.details();
      await hand.wait(250);
      hand.show('Signatures');
    },
  },
  'sign-offline': {
    world: status({ connection: 'unreachable', online: 0 }),
    options: { refuse: { sign: refusal('offline') } },
    act: async (hand) => {
      await toSign(hand);
      await hand.press('Sign');
    },
  },
  'signing-keys': { world: acme, act: toSigningKeys },
  'signing-keys-revoked': {
    world: acme,
    act: async (hand) => {
      await toSigningKeys(hand);
      await hand.press('Revoked (1)');
    },
  },
  'signing-keys-none': { world: () => ({ ...acme(), signingKeys: [] }), act: toSigningKeys },
  'signing-keys-token': { world: () => ({ ...acme(), signingKeys: TOKEN_KEYS }), act: toSigningKeys },
  'signing-key-token': {
    world: acme,
    act: async (hand) => {
      await toSigningKeys(hand);
      await hand.press('Sign with a token…');
    },
  },
  'sign-token': {
    world: () => ({ ...acme(), signingKeys: TOKEN_KEYS }),
    act: async (hand) => {
      await toSign(hand);
      await hand.select('Sign with', 'The key on the token “org”');
      await hand.press('Sign');
    },
  },
  'signing-key-new': {
    world: acme,
    act: async (hand) => {
      await toSigningKeys(hand);
      await hand.press('New key…');
    },
  },
  'signing-key-revoke': {
    world: acme,
    act: async (hand) => {
      await toSigningKeys(hand);
      await hand.pressMenu('Actions for key 2');
      await hand.press('Revoke…');
    },
  },
  attach: {
    world: status({ connection: 'none', online: 0 }),
    act: (hand) => hand.press('Connect a server'),
  },
  'new-folder': { world: acme, act: (hand) => hand.press('New folder') },
  move: {
    world: acme,
    act: async (hand) => {
      await chooseAgreement(hand);
      await hand.menu();
      await hand.press('Move to…');
    },
  },
  purge: {
    world: acme,
    act: async (hand) => {
      await hand.press('Trash');
      await hand.press('Scan 0031.tif');
      hand.key('Delete');
    },
  },
  menu: {
    world: acme,
    act: async (hand) => {
      await chooseAgreement(hand);
      await hand.menu();
    },
  },
  account: { world: acme, act: (hand) => hand.pressMenu('Account and appearance') },
  keys: {
    world: acme,
    act: async (hand) => {
      await hand.pressMenu('Account and appearance');
      await hand.press('Keyboard');
    },
  },
  settings: {
    world: acme,
    act: async (hand) => {
      await hand.pressMenu('Account and appearance');
      await hand.press('Settings…');
    },
  },
  'settings-below': {
    world: acme,
    act: async (hand) => {
      await hand.pressMenu('Account and appearance');
      await hand.press('Settings…');
      await hand.wait(100);
      document.querySelector('.page')?.scrollTo(0, 620);
    },
  },
  'preview-text': {
    world: shows({ kind: 'text', text: PLAN, cut: true }),
    act: (hand) => toLook(hand),
  },
  'preview-image': {
    world: shows({ kind: 'image', url: picture }),
    act: (hand) => toLook(hand),
  },
  'preview-pdf': {
    world: shows({ kind: 'pdf', url: agreement }, 'e-letter'),
    act: toPdf,
  },
  'preview-pdf-broken': {
    world: shows({ kind: 'pdf', url: picture }, 'e-letter'),
    act: toPdf,
  },
  'preview-none': { world: acme, act: (hand) => toLook(hand) },
  'preview-waits': { world: acme, options: { hang: ['preview'] }, act: (hand) => toLook(hand) },
  'preview-too-large': {
    world: acme,
    options: {
      refuse: {
        preview: refusal('tooLarge', {
          happened: 'This file is too large to be shown here.',
          safe: 'The file is as it was.',
          todo: 'Open it in its own program, or use “Save as”.',
        }),
      },
    },
    act: (hand) => toLook(hand),
  },
  news: {
    world: () => {
      const world = acme();
      const known = world.entries.get('f-merger') ?? [];
      const fresh = new Set(['e-spa', 'e-dd']);
      world.entries.set(
        'f-merger',
        known.map((it) => ({ ...it, fresh: fresh.has(it.id), kept: it.id === 'e-time' })),
      );
      return world;
    },
  },
  editing: {
    world: () => {
      const world = acme();
      const known = world.entries.get('f-merger') ?? [];
      const open = new Map([
        ['e-spa', ['Chidi Okafor']],
        ['e-model', ['Bao Linh', 'Dana Reyes']],
      ]);
      world.entries.set(
        'f-merger',
        known.map((it) => ({ ...it, editing: open.get(it.id) ?? [] })),
      );
      return world;
    },
    act: chooseAgreement,
  },
  'keep-for': {
    world: acme,
    act: async (hand) => {
      await hand.press('More for this folder');
      await hand.press('Trash…');
    },
  },
  rename: {
    world: acme,
    act: async (hand) => {
      await chooseAgreement(hand);
      hand.key('F2');
    },
  },
  drop: {
    world: acme,
    act: async (_hand, backend) => backend.drag({ kind: 'enter', count: 12, x: 500, y: 480 }),
  },
  'drop-directory': {
    world: acme,
    act: async (hand, backend) => {
      const { x, y } = hand.middleOf('Due diligence');
      backend.drag({ kind: 'enter', count: 3, x, y });
    },
  },
  'drop-sidebar': {
    world: acme,
    act: async (hand, backend) => {
      const { x, y } = hand.middleOf('Board papers');
      backend.drag({ kind: 'enter', count: 1, x, y });
    },
  },
  'drop-viewer': {
    world: acme,
    act: async (hand, backend) => {
      await hand.press('Leave forms');
      backend.drag({ kind: 'enter', count: 2, x: 500, y: 480 });
    },
  },
  carry: {
    world: acme,
    act: async (hand) => {
      await chooseAgreement(hand);
      await hand.carry(AGREEMENT, 'Due diligence');
    },
  },
  'carry-several': {
    world: acme,
    act: async (hand) => {
      await hand.open('Due diligence');
      await hand.press('Contracts');
      hand.key('ArrowDown', { shiftKey: true });
      hand.key('ArrowDown', { shiftKey: true });
      await hand.carry('Contracts', 'Brightwater merger', -1);
    },
  },
  'carry-top': {
    world: acme,
    act: async (hand) => {
      await hand.open('Due diligence');
      await hand.press('Contracts');
      await hand.carry('Contracts', 'Brightwater merger');
    },
  },
  'carry-refused': {
    world: acme,
    act: async (hand) => {
      await chooseAgreement(hand);
      await hand.carry(AGREEMENT, 'Board papers');
    },
  },
  'carry-nowhere': {
    world: acme,
    act: async (hand) => {
      await hand.press('Due diligence');
      await hand.carry('Due diligence', 'Timetable');
    },
  },
  'carry-long': {
    world: () => ({ ...acme(), entries: new Map([...acme().entries, ['f-merger', strangeNames()]]) }),
    act: async (hand) => {
      await hand.pressContaining('extraordinary');
      await hand.carry('Minutes of the extraordinary', 'Leave forms');
    },
  },
  transfers: {
    world: () => ({
      ...acme(),
      transfers: [
        transfer,
        {
          ...transfer,
          id: 8,
          kind: 'fetch',
          name: 'Environmental report, Łódź.pdf',
          files: 1,
          filesDone: 0,
          bytesDone: 3_400_000,
          bytes: 22_400_000,
          rate: 1_900_000,
        },
        {
          ...transfer,
          id: 9,
          name: 'Model inputs',
          files: 1200,
          filesDone: 311,
          bytesDone: 31_000_000,
          bytes: 140_000_000,
          rate: 0,
          state: { type: 'paused' },
        },
        { ...transfer, id: 10, kind: 'fetch', state: { type: 'waiting' } },
        { ...transfer, id: 11 },
      ],
    }),
  },
  'transfers-rest': {
    world: () => ({
      ...acme(),
      transfers: [transfer, { ...transfer, id: 8, name: 'Model inputs', files: 1200 }].map((each) => ({
        ...each,
        state: { type: 'paused' },
      })),
    }),
  },
  'transfers-stop': {
    world: () => ({
      ...acme(),
      transfers: [transfer, { ...transfer, id: 8, name: 'Model inputs', files: 1200 }],
    }),
    act: (hand) => hand.press('Stop all…'),
  },
  'notice-undo': {
    world: acme,
    act: async (hand) => {
      await chooseAgreement(hand);
      hand.key('Delete');
    },
  },
  'notice-trouble': {
    world: acme,
    options: { refuse: { open: unverified } },
    act: async (hand) => {
      await hand.open('Share purchase agreement v7.docx');
      await hand.press('Details', -1);
    },
  },
  'notice-page': {
    world: acme,
    options: { refuse: { setSettings: unverified } },
    act: async (hand) => {
      await toSecurity(hand);
      await hand.select('When nobody is here for', 'One hour');
      await hand.wait(150);
      hand.show('Leaving this computer');
    },
  },
  'notice-page-two': {
    world: acme,
    options: { refuse: { setSettings: unverified, open: refusal('notAvailable') } },
    act: async (hand) => {
      await hand.open('Share purchase agreement v7.docx');
      await toSecurity(hand);
      await hand.select('When nobody is here for', 'One hour');
      await hand.wait(150);
      hand.show('Leaving this computer');
    },
  },
  'notice-page-people': {
    world: heir({}),
    options: { refuse: { setFolderSuccessor: unverified } },
    act: async (hand) => {
      await toPeople(hand);
      await hand.press('Agree');
      await toHeirs(hand);
    },
  },
  moving: {
    world: acme,
    options: { moving: true, delay: 120 },
  },
};

/** What a person does, by the words they see. */
export class Hand {
  async wait(ms: number): Promise<void> {
    await new Promise((done) => setTimeout(done, ms));
  }

  /** Waits for what takes its time. */
  async see(css: string): Promise<void> {
    await this.#find(() => document.querySelector<HTMLElement>(css), css);
    await this.wait(60);
  }

  async press(name: string, which = 0): Promise<void> {
    const found = await this.#find(() => named(name).at(which) ?? null, name);
    click(found);
    await this.wait(60);
  }

  async pressContaining(part: string): Promise<void> {
    const found = await this.#find(
      () =>
        [...document.querySelectorAll<HTMLElement>('[role=row]')].find((row) =>
          row.textContent?.includes(part),
        ) ?? null,
      part,
    );
    click(found);
    await this.wait(60);
  }

  /** Menus open on pointerdown or by key. */
  async pressMenu(name: string): Promise<void> {
    const found = await this.#find(() => named(name)[0] ?? null, name);
    found.focus();
    found.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    await this.wait(120);
  }

  async open(name: string): Promise<void> {
    const found = await this.#find(() => named(name)[0] ?? null, name);
    click(found);
    found.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    await this.wait(120);
  }

  async menu(): Promise<void> {
    this.focusList();
    this.key('ContextMenu');
    await this.wait(120);
  }

  /** The menu of a folder in the sidebar. */
  async menuOf(name: string): Promise<void> {
    const found = await this.#find(() => named(name)[0] ?? null, name);
    found.focus();
    found.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'ContextMenu', bubbles: true, cancelable: true }),
    );
    await this.wait(120);
  }

  /** Shows the details where a narrow window hides them. */
  async details(): Promise<void> {
    const button = named('Show details')[0];
    if (button !== undefined) click(button);
    await this.wait(60);
  }

  async fill(label: string, text: string): Promise<void> {
    const input = (await this.#find(() => field(label), label)) as HTMLInputElement;
    input.focus();
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await this.wait(60);
  }

  async select(label: string, option: string): Promise<void> {
    const list = (await this.#find(() => field(label), label)) as HTMLSelectElement;
    list.selectedIndex = [...list.options].findIndex((each) => each.text === option);
    list.dispatchEvent(new Event('change', { bubbles: true }));
    await this.wait(60);
  }

  /** Scrolls to a heading. */
  show(heading: string): void {
    const found = [...document.querySelectorAll('h2, h3')].find((at) => at.textContent?.trim() === heading);
    let scrolls = found?.parentElement ?? null;
    while (scrolls !== null && !/auto|scroll/.test(getComputedStyle(scrolls).overflowY))
      scrolls = scrolls.parentElement;
    if (found === undefined || scrolls === null) return;
    scrolls.scrollTop += found.getBoundingClientRect().top - scrolls.getBoundingClientRect().top - 12;
  }

  focusList(): void {
    document.querySelector<HTMLElement>('[role=grid]')?.focus();
  }

  key(key: string, more: KeyboardEventInit = {}): void {
    const at = document.querySelector<HTMLElement>('[role=grid]');
    at?.focus();
    at?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  }

  /** Takes what is selected by one of its rows, and does not let go of it. */
  async carry(name: string, to: string, which = 0): Promise<void> {
    const [row, target] = [named(name)[0]?.closest('[role=row]'), named(to).at(which)];
    if (row == null || target === undefined) throw new Error(`nothing is called ${name} or ${to}`);
    const about = { bubbles: true, pointerId: 1, isPrimary: true, pointerType: 'mouse', buttons: 1 };
    const { x, y } = middle(row);
    row.dispatchEvent(new PointerEvent('pointerdown', { ...about, clientX: x, clientY: y }));
    const box = middle(target);
    window.dispatchEvent(new PointerEvent('pointermove', { ...about, clientX: box.x, clientY: box.y }));
    await this.wait(60);
  }

  middleOf(name: string): { x: number; y: number } {
    return middle(named(name)[0]?.closest('[data-drop-folder]') ?? document.body);
  }

  async #find(look: () => HTMLElement | null, what: string): Promise<HTMLElement> {
    for (let tries = 0; tries < 40; tries += 1) {
      const found = look();
      if (found !== null) return found;
      await this.wait(50);
    }
    throw new Error(`nothing is called ${what}`);
  }
}

function middle(at: Element): { x: number; y: number } {
  const box = at.getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

function click(at: HTMLElement): void {
  at.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true }));
  at.click();
}

function named(name: string): HTMLElement[] {
  const all = [...document.querySelectorAll<HTMLElement>('button, label, [role=menuitem], [role=row] bdi')];
  const text = (at: HTMLElement) => at.getAttribute('aria-label') ?? at.title ?? '';
  const exact = all.filter((at) => text(at) === name || at.textContent?.trim() === name);
  if (exact.length > 0) return exact;
  return all.filter((at) => at.textContent?.trim().startsWith(name));
}

function field(label: string): HTMLElement | null {
  const found = [...document.querySelectorAll('label')].find((at) => at.textContent?.trim() === label);
  const byLabel = found === undefined ? null : document.getElementById(found.htmlFor);
  return byLabel ?? document.querySelector<HTMLElement>(`input[aria-label="${label}"]`);
}

/** Begins a scene; the promise ends when what a person does in it is done. */
export function play(scene: Scene): { backend: MockBackend; acted: () => Promise<void> } {
  clock.now = () => NOW;
  const backend = new MockBackend(scene.world(), scene.options);
  return {
    backend,
    acted: async () => {
      const hand = new Hand();
      await hand.wait(120);
      await scene.act?.(hand, backend);
      await hand.wait(250);
    },
  };
}
