/** The pretended workspace of tests and the design page: an office with a merger on its hands. */
import type {
  Activity,
  AskedRecovery,
  Authority,
  Device,
  DocumentSignature,
  FolderKeys,
  Member,
  OpenInvitation,
  Person,
  Place,
  Reach,
  Recovery,
  RecoveryRequest,
  SigningKey,
  Status,
  WayIn,
} from '$lib/backend';
import { dekOf, entry, folder, signature, signingKey, type MockEntry, type World } from '$lib/backend/mock';

/** Saturday, 14 November 2026, 10:05 on the wall. */
export const NOW = new Date(2026, 10, 14, 10, 5).getTime();

const at = (day: number, hour = 9, minute = 0, month = 11) =>
  new Date(2026, month - 1, day, hour, minute).getTime();

export const PEOPLE: Person[] = [
  person('a-me', 'Ada Novak', {
    officer: true,
    me: true,
    online: true,
    fingerprint: '3e8a 51f0 7bc2 d964 0e1d a87b 42c5 9f36',
  }),
  person('a-bao', 'Bao Linh', { online: true, fingerprint: '90d4 2c7e 1fa8 635b e742 0c9d 8b31 f5a6' }),
  person('a-chidi', 'Chidi Okafor', {
    online: true,
    officer: true,
    verified: true,
    fingerprint: 'a1f7 c350 68e2 9b0d 417c d2e8 f096 3b5a',
  }),
  person('a-dana', 'Dana Reyes', { fingerprint: '5b68 e9c1 a03d 7f24 c86e 195f 0da7 e342' }),
];

function person(account: string, name: string, more: Partial<Person> = {}): Person {
  const nothing = { officer: false, me: false, online: false, verified: false, compareAgain: false };
  return { account, name, ...nothing, fingerprint: '', ...more };
}

export const MEMBERS: Member[] = [
  member('a-me', 'owner'),
  member('a-bao', 'editor'),
  member('a-chidi', 'editor'),
  member('a-dana', 'viewer', true),
];

function member(account: string, role: Member['role'], joinedByLink = false): Member {
  const known = PEOPLE.find((known) => known.account === account) ?? person(account, account);
  const { name, me, online, verified, compareAgain } = known;
  const accepted = account !== 'a-dana';
  return { account, name, role, me, online, joinedByLink, verified, compareAgain, accepted };
}

/** Invitations that nobody has used yet: one's own, a colleague's elsewhere, and one that ended. */
export const INVITATIONS: OpenInvitation[] = [
  invitation('i-board', 'Ada Novak', 'f-board', 'Board papers', { expires: at(21) }),
  invitation('i-tender', 'Chidi Okafor', null, null, { role: null, expires: at(17), hasLink: false }),
  invitation('i-merger', 'Ada Novak', 'f-merger', 'Brightwater merger', {
    role: 'viewer',
    expires: at(10),
    expired: true,
    hasLink: false,
  }),
];

function invitation(
  id: string,
  by: string,
  folder: string | null,
  folderName: string | null,
  more: Partial<OpenInvitation>,
): OpenInvitation {
  const usual = { role: 'editor', expired: false, hasLink: true, expires: at(21) } as const;
  return { id, by, byMe: by === 'Ada Novak', folder, folderName, ...usual, ...more };
}

/** A day in the merger's folder, and how it began. */
function happened(): Activity[] {
  const [ada, bao, chidi, dana] = ['a-me', 'a-bao', 'a-chidi', 'a-dana'];
  const told: [string, Activity['what'], Activity['kind'], Partial<Activity>][] = [
    [ada, 'folderMade', 'added', {}],
    [ada, 'memberAdded', 'shared', { personAccount: bao, role: 'editor' }],
    [ada, 'memberAdded', 'shared', { personAccount: chidi, role: 'editor' }],
    [bao, 'fileAdded', 'added', { path: 'Timetable.pdf' }],
    [chidi, 'directoryAdded', 'added', { path: 'Data room' }],
    [chidi, 'moved', 'changed', { path: 'Data room/Timetable.pdf', before: 'Timetable.pdf' }],
    [ada, 'memberJoined', 'shared', { personAccount: dana, role: 'viewer' }],
    [bao, 'newVersion', 'changed', { path: 'Share purchase agreement.docx', number: 4 }],
    [bao, 'renamed', 'changed', { path: 'Board presentation.pptx', before: 'Slides final FINAL.pptx' }],
    [ada, 'signed', 'signed', { path: 'Share purchase agreement.docx', number: 4 }],
    [chidi, 'trashed', 'removed', { path: 'Old draft.docx' }],
    [ada, 'keyChanged', 'keys', { number: 3 }],
  ];
  return told
    .map(([account, what, kind, more], record): Activity => ({
      at: { record, change: 0 },
      what,
      kind,
      by: nameOf(account),
      account,
      byMe: account === ada,
      device: 'd7a91c04b8e25f63',
      entry: null,
      path: null,
      before: null,
      person: more.personAccount == null ? null : nameOf(more.personAccount),
      personAccount: null,
      role: null,
      number: null,
      record: '9b2e6f0c71d84a35be90f2c4d6a8137e5c0b9d2f4e6a8c1b3d5f7092a4c6e8b0',
      ...more,
    }))
    .reverse();
}

const nameOf = (account: string) => PEOPLE.find((known) => known.account === account)?.name ?? '';

const HERE: Place = { type: 'here' };
const ON_DEMAND: Place = { type: 'onDemand' };

function file(
  id: string,
  name: string,
  size: number,
  changed: number,
  by: string,
  more: Partial<MockEntry> = {},
) {
  return entry(id, name, { size, changed, by, byMe: by === 'Ada Novak', place: HERE, ...more });
}

function directory(
  id: string,
  name: string,
  files: number,
  changed: number,
  by: string,
  more: Partial<MockEntry> = {},
) {
  return file(id, name, files * 310_000, changed, by, { kind: 'directory', files, versions: 0, ...more });
}

const merger: MockEntry[] = [
  directory('e-dd', 'Due diligence', 86, at(14, 9, 12), 'Bao Linh'),
  file('e-spa', 'Share purchase agreement v7.docx', 412_000, at(14, 8, 47), 'Chidi Okafor', {
    versions: 7,
    signatures: 2,
  }),
  file('e-letter', 'Disclosure letter (signed).pdf', 1_240_000, at(13, 17, 5), 'Chidi Okafor', {
    place: ON_DEMAND,
  }),
  file('e-model', 'Valuation model.xlsx', 8_900_000, at(13, 15, 40), 'Bao Linh', {
    versions: 12,
    place: { type: 'sending', percent: 64 },
  }),
  directory('e-photos', 'Site photographs, Łódź plant', 41, at(12), 'Dana Reyes'),
  file('e-board', 'Board presentation.pptx', 5_310_000, at(11), 'Ada Novak', { place: { type: 'waiting' } }),
  file('e-time', 'Timetable (Ada’s copy, 3 Nov).pdf', 96_000, at(3), 'Ada Novak', { versions: 2 }),

  directory('e-contracts', 'Contracts', 23, at(14, 9, 12), 'Bao Linh', { parent: 'e-dd' }),
  directory('e-leases', 'Leases', 9, at(10), 'Bao Linh', { parent: 'e-dd' }),
  file('e-index', 'Data room index.xlsx', 188_000, at(13, 11), 'Bao Linh', { parent: 'e-dd', versions: 4 }),
  file('e-report', 'Environmental report, Łódź.pdf', 22_400_000, at(9), 'Dana Reyes', {
    parent: 'e-dd',
    place: ON_DEMAND,
  }),
  file('e-qa', 'Questions and answers.docx', 74_000, at(8), 'Chidi Okafor', { parent: 'e-dd' }),
  file('e-supply', 'Supply agreement Kowalski sp. z o.o..pdf', 640_000, at(14, 9, 12), 'Bao Linh', {
    parent: 'e-contracts',
  }),

  file('e-old', 'Letter of intent (draft 2).docx', 51_000, at(2), 'Ada Novak', { trashed: true }),
  file('e-scan', 'Scan 0031.tif', 12_800_000, at(6), 'Dana Reyes', { trashed: true, parent: 'e-dd' }),
];

const leave: MockEntry[] = [
  file('e-form', 'Leave form 2027.pdf', 84_000, at(14, 7, 30), 'Dana Reyes'),
  file('e-plan', 'Holiday plan.ods', 31_000, at(13, 9), 'Dana Reyes'),
  file('e-rules', 'Rules for carry-over.pdf', 120_000, at(7), 'Dana Reyes', { place: ON_DEMAND }),
];

const mine: MockEntry[] = [
  file('e-notes', 'Notes for Monday.md', 4_200, at(13, 18, 20), 'Ada Novak'),
  file('e-passport', 'Passport (scan).jpg', 2_100_000, at(5), 'Ada Novak'),
];

export const STATUS: Status = {
  stage: { type: 'open' },
  account: {
    name: 'Ada Novak',
    workspace: 'Acme Legal',
    id: 'a-me',
    officer: true,
    catalog: 'https://valise.acme.example:8443',
  },
  connection: 'inStep',
  online: 2,
  waiting: 0,
  unheld: 0,
  sending: { files: 0, bytes: 0, sent: 0, rate: 0 },
  waysOut: 'both',
  computer: 'ada-desk',
  password: true,
  atLogin: false,
  token: null,
  asked: false,
  requests: 0,
};

const KEPT = new Date(2026, 10, 12, 16, 30).getTime();

export const RECOVERY: Recovery = {
  set: '3F2A 91C0',
  made: KEPT,
  keyring: 'kept',
  kits: [
    { kit: 'a', kept: KEPT, asked: [4, 13] },
    { kit: 'b', kept: KEPT, asked: [7, 18] },
  ],
  escrow: 'none',
};

/** With officers who can help: one kit, and the third way lies with the workspace. */
export const HELPED: Recovery = { ...RECOVERY, kits: RECOVERY.kits.slice(0, 1), escrow: 'held' };

export const NOBODY_HELPS: Authority = {
  version: null,
  holders: [],
  delayHours: 0,
  mayChange: true,
  toCome: [],
  requests: [],
};

const CHIDI = {
  account: 'a-chidi',
  name: 'Chidi Okafor',
  mine: false,
  gone: false,
  fingerprint: '6d02 b9e4 71c8 350f aa1d 48e6 f273 905b',
};

const ADA = {
  account: 'a-me',
  name: 'Ada Novak',
  mine: true,
  gone: false,
  fingerprint: 'c83f 05d1 9b7e 62a4 1ce0 f459 d82b 7306',
};

/** The company's token, in the PKCS#11 way of naming one. */
export const TOKEN = 'pkcs11:token=org;object=valise?module-path=/usr/lib/softhsm/libsofthsm2.so';

/** A key on it, as the workspace sees it. */
export const KEPT_HOLDER = {
  account: null,
  name: 'a PKCS#11 token, valise',
  mine: false,
  gone: false,
  fingerprint: '0f4e 71b2 c9d8 3a65 e017 b4f9 286c d53a',
};

/** Chidi can help alone, a day after his yes. */
export const CHIDI_HELPS: Authority = { ...NOBODY_HELPS, version: 1, holders: [CHIDI], delayHours: 24 };
/** Ada and Chidi are both needed. */
export const BOTH_HELP: Authority = { ...CHIDI_HELPS, version: 2, holders: [ADA, CHIDI] };

/** Dana lost her laptop. */
export const DANA_ASKS: RecoveryRequest = {
  device: 'd-dana-new',
  fingerprint: 'b70c 19ae 5d42 e863 f18b 3c05 92d7 6ae4',
  account: 'a-dana',
  name: 'Dana Reyes',
  mine: false,
  reason: 'My laptop was stolen on the train, this is the new one.',
  at: at(14, 9, 40),
  approvedBy: [],
  notBefore: null,
  released: false,
  mayApprove: true,
  needsSecret: false,
};

/** Somebody asks in Ada’s name. */
export const ADA_ASKS: RecoveryRequest = {
  ...DANA_ASKS,
  device: 'd-ada-new',
  fingerprint: '41fe 8d20 c6b9 073a 5e94 d1f8 2b6c a705',
  account: 'a-me',
  name: 'Ada Novak',
  mine: true,
  reason: 'Forgot my password over the holidays.',
  mayApprove: false,
};

/** What was asked here an hour ago. */
export const ASKED: AskedRecovery = {
  at: NOW - 3_600_000,
  fingerprint: DANA_ASKS.fingerprint,
  catalog: 'https://valise.acme.example:8443',
  stage: 'asked',
  needed: 1,
  approved: 0,
  notBefore: null,
};

/** The third key of the merger, with some files still under the second. */
export const MERGER_KEYS: FolderKeys = {
  folder: 'f-merger',
  current: 3,
  minimum: 0,
  since: at(12, 9, 30, 5),
  by: 'Chidi Okafor',
  changeWaiting: false,
  rotateDays: 90,
  files: [
    { version: 3, keys: 120 },
    { version: 2, keys: 14 },
  ],
  older: 14,
  mayRotate: true,
  mayDecide: true,
};

/** One on the desk, one in the bag, and one that was left in a train. */
export const DEVICES: Device[] = [
  device('d-train', 'Old laptop', {
    valid: false,
    seen: at(20, 17, 40, 10),
    fingerprint: 'c41d 7e02 95b8 a3f6 0d6a e817 2b9c 54f0',
  }),
  device('d-bag', 'Laptop', {
    seen: at(13, 18, 20),
    fingerprint: '5f08 b1d3 e76c 240a 9ac5 38fe 61d7 b290',
  }),
  device('d-desk', 'Desk at the office', {
    here: true,
    online: true,
    seen: NOW,
    fingerprint: 'd7a9 1c04 b8e2 5f63 90aa 4e17 c3d8 6b21',
  }),
  device('d-home', null, {
    online: true,
    seen: NOW,
    fingerprint: '08ce 62f1 4b7d d930 f5a8 1e46 7cb2 93ed',
  }),
];

function device(id: string, name: string | null, more: Partial<Device> = {}): Device {
  return { id, name, here: false, valid: true, online: false, seen: null, fingerprint: '', ...more };
}

const REACH: Reach = {
  device: 'd-bag',
  valid: true,
  folders: [
    {
      folder: 'f-mine',
      name: '',
      open: 2,
      closed: 0,
      keyChanged: false,
      files: [
        { path: 'Notes for Monday.md', open: 1, closed: 0 },
        { path: 'Passport (scan).jpg', open: 1, closed: 0 },
      ],
    },
    {
      folder: 'f-merger',
      name: 'Brightwater merger',
      open: 9,
      closed: 0,
      keyChanged: false,
      files: [
        { path: 'Share purchase agreement v7.docx', open: 7, closed: 0 },
        { path: 'Due diligence/Contracts/Supply agreement Kowalski sp. z o.o..pdf', open: 2, closed: 0 },
      ],
    },
    {
      folder: 'f-leave',
      name: 'Leave forms',
      open: 3,
      closed: 0,
      keyChanged: false,
      files: [
        { path: 'Leave form 2027.pdf', open: 1, closed: 0 },
        { path: 'Holiday plan.ods', open: 1, closed: 0 },
        { path: 'Rules for carry-over.pdf', open: 1, closed: 0 },
      ],
    },
  ],
};

/** Of the one that was removed: what came later is closed to it, where the key has changed. */
const REACH_REMOVED: Reach = {
  device: 'd-train',
  valid: false,
  folders: REACH.folders.map((folder) => {
    if (folder.folder === 'f-leave') return folder;
    const keyChanged = true;
    if (folder.folder === 'f-mine') return { ...folder, keyChanged };
    const files = [
      { path: 'Share purchase agreement v7.docx', open: 5, closed: 2 },
      { path: 'Due diligence/Contracts/Supply agreement Kowalski sp. z o.o..pdf', open: 0, closed: 1 },
      { path: 'Valuation model.xlsx', open: 4, closed: 0 },
    ];
    return { ...folder, keyChanged, closed: 3, files };
  }),
};

/** Before the first kit. */
export const NO_RECOVERY: Recovery = { set: null, made: null, keyring: 'empty', kits: [], escrow: 'none' };

/** The agreement: two on what it is now, one on what it was. */
export const SIGNATURES: DocumentSignature[] = [
  agreementSignature('a-dana', 7, {
    at: at(14, 9, 41),
    statement: 'Read in full.\nNo objection from the works council.',
    verdict: 'notChecked',
    record: 'c1',
  }),
  agreementSignature('a-bao', 7, { at: at(14, 9, 20), statement: 'Approved', record: 'c2' }),
  agreementSignature('a-me', 2, {
    at: at(6, 16, 5),
    current: false,
    file: 'Share purchase agreement.docx',
    keyEndedSince: true,
    record: 'c3',
  }),
];

/** One of each kind that does not hold. */
export const BAD_SIGNATURES: DocumentSignature[] = [
  agreementSignature('a-bao', 7, { verdict: 'otherBytes', statement: 'Agreed', record: 'd1' }),
  agreementSignature('a-chidi', 7, { verdict: 'keyRevoked', at: at(13, 11), record: 'd2' }),
  agreementSignature('a-eve', 6, {
    verdict: 'notMember',
    name: 'Eve Lindqvist',
    member: false,
    current: false,
    at: at(12, 10),
    record: 'd3',
  }),
  agreementSignature('a-dana', 7, { verdict: 'invalid', fingerprint: null, at: at(11, 9), record: 'd4' }),
  agreementSignature('a-bao', 7, { statement: 'Approved', at: at(10, 9), record: 'd5' }),
];

function agreementSignature(
  account: string,
  version: number,
  { record = '', ...more }: Partial<DocumentSignature>,
): DocumentSignature {
  const { name, me } = PEOPLE.find((known) => known.account === account) ?? person(account, account);
  return signature(account, name, {
    me,
    at: at(14, 9),
    file: 'Share purchase agreement v7.docx',
    versions: [version],
    dekId: dekOf(version),
    record: `${record}7e1f92a05b38d6e9c2740fb1a86d53e07f92c4b6a81d3e5f7092a4c6e8b0d1`,
    ...more,
  });
}

export const SIGNING_KEYS: SigningKey[] = [
  signingKey(1, { computer: 'Desk at the office', this: true, inForce: false }),
  signingKey(2, { device: 'c05e71d2a9438fb6', computer: 'Laptop' }),
  signingKey(3, { computer: 'Desk at the office', this: true, here: true }),
];

/** With one more, on the company's token. */
export const TOKEN_KEYS: SigningKey[] = [
  ...SIGNING_KEYS,
  signingKey(4, { computer: 'Desk at the office', this: true, here: true, token: TOKEN }),
];

export const PASSWORD_WAY: WayIn = { kind: 'password', place: null };

export function acme(): World {
  return {
    status: STATUS,
    recovery: RECOVERY,
    authority: NOBODY_HELPS,
    asked: null,
    settings: {
      lockAfterMinutes: 15,
      notifications: 'folders',
      keepRunning: false,
      startAtLogin: false,
      cacheMib: 0,
    },
    storage: { bytes: 4_812_000_000, fetched: 3_270_000_000, free: 88_400_000_000, hosts: false },
    network: {
      catalog: 'https://files.acme.example:8443',
      addresses: ['https://files.acme.example:8443'],
      connection: 'inStep',
      hosts: false,
      peers: 1,
      listening: [],
      peer: '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp',
    },
    previews: new Map(),
    accountKeys: {
      accountVersion: 2,
      masterVersion: 1,
      foldersBehind: 0,
      memoryMib: 256,
      passes: 3,
      waysIn: [PASSWORD_WAY],
    },
    folderKeys: new Map([['f-merger', MERGER_KEYS]]),
    devices: DEVICES,
    signatures: new Map([['e-spa', SIGNATURES]]),
    signingKeys: SIGNING_KEYS,
    keyWays: new Map(),
    successor: null,
    successors: new Map(),
    stores: [{ kind: 'pinningNode', name: 'valise.acme.example' }],
    reach: new Map([REACH, REACH_REMOVED].map((known) => [known.device, known])),
    password: 'violet ladder marble seven',
    folders: [
      folder('f-mine', '', { personal: true, people: 1, files: 2 }),
      folder('f-merger', 'Brightwater merger', { files: 128 }),
      folder('f-leave', 'Leave forms', { files: 3, unread: 3, role: 'viewer', people: 12 }),
      folder('f-board', 'Board papers', { files: 0, people: 3 }),
    ],
    entries: new Map([
      ['f-mine', [...mine]],
      ['f-merger', [...merger]],
      ['f-leave', [...leave]],
      ['f-board', []],
    ]),
    members: new Map([
      ['f-mine', MEMBERS.slice(0, 1)],
      ['f-merger', [...MEMBERS]],
      ['f-leave', [...MEMBERS]],
      ['f-board', MEMBERS.slice(0, 3)],
    ]),
    people: [...PEOPLE],
    groups: [],
    invitations: [],
    offers: [],
    activity: new Map([['f-merger', happened()]]),
    transfers: [],
    security: [],
    preview: {
      workspace: 'Acme Legal',
      inviter: 'Ada Novak',
      folder: 'Brightwater merger',
      catalog: 'valise.acme.example:8443',
      fingerprint: '71c4 08d2 9e5b 3fa6 c017 d42b 88e9 105f',
      expires: NOW + 7 * 86_400_000,
    },
  };
}

/** Before anything was set up. */
export function blank(): World {
  return {
    ...acme(),
    status: {
      stage: { type: 'new' },
      account: null,
      connection: 'none',
      online: 0,
      waiting: 0,
      unheld: 0,
      sending: { files: 0, bytes: 0, sent: 0, rate: 0 },
      waysOut: null,
      computer: 'ada-desk',
      password: false,
      atLogin: false,
      token: null,
      asked: false,
      requests: 0,
    },
    recovery: NO_RECOVERY,
    folderKeys: new Map(),
    folders: [],
    entries: new Map(),
    members: new Map(),
    people: [],
    offers: [],
    activity: new Map(),
  };
}

/** As many files as somebody may one day have in one directory. */
export function many(count: number): MockEntry[] {
  const kinds = ['pdf', 'docx', 'xlsx', 'jpg', 'eml', 'zip', 'txt'];
  const authors = PEOPLE.map((known) => known.name);
  return Array.from({ length: count }, (_, index) =>
    file(
      `e-many-${index}`,
      `Exhibit ${String(index + 1).padStart(6, '0')}.${kinds[index % kinds.length]}`,
      1000 + ((index * 7919) % 9_000_000),
      at(14, 9) - index * 61_000,
      authors[index % authors.length] ?? '',
      { place: index % 5 === 0 ? ON_DEMAND : HERE },
    ),
  );
}

/** Names that try to look like others, and names that are only long or from elsewhere. */
export function strangeNames(): MockEntry[] {
  const names = [
    'invoice\u202Efdp.exe',
    'Report\u200B.pdf',
    'zażółć gęślą jaźń — протокол — 議事録 — محضر الاجتماع.pdf',
    'تقرير الاندماج النهائي.pdf',
    'Minutes of the extraordinary general meeting of shareholders held in Kraków on 12 November 2026 (final, signed by all parties, with annexes A to K).docx',
    'Rechtsschutzversicherungsgesellschaftenvertragsunterlagen_Übersichtstabelle_2026.xlsx',
    'line\nbreak\ttab.txt',
    ' leading space.txt',
    '<b>bold</b> & "quotes".html',
    '👩‍⚖️ hearing.ics',
  ];
  return names.map((name, index) =>
    file(`e-strange-${index}`, name, 51_200 * (index + 1), at(14 - index), PEOPLE[index % 4]?.name ?? ''),
  );
}
