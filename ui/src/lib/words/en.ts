import type {
  Activity,
  ActivityKind,
  AfterHandOver,
  AskedStage,
  Connection,
  Copy,
  CopyKind,
  ErrorCode,
  Escrow,
  KeyWay,
  KeyWayKind,
  KeyringState,
  KitName,
  Notifications,
  Place,
  Recoverability,
  Role,
  TransferKind,
  Verdict,
  WaitingKind,
} from '$lib/backend';
import { clock } from '$lib/format/clock';
import type { KeeperKind } from '$lib/format/keeper';
import type { FileKind } from '$lib/format/kinds';
import { computers, fewCopies, fewWays } from '$lib/format/loss';
import { displayName, displayText } from '$lib/format/name';
import { dayOf, size, span, type Span } from '$lib/format/numbers';
import { firstName, inLocale, ownLocale } from './in-locale';

/** Day before month and a 24-hour clock, unless the person's own English says otherwise. */
const own = ownLocale('en', 'en-GB');
const locale = own === 'en-US' ? 'en-GB' : own;

const { n, plural, clockTime, calendarDay, dayAndMonth, fullDate, dateAndTime, listOf, namesOf } =
  inLocale(locale);

const filesOrNone = (value: number) => (value === 0 ? 'no files yet' : plural(value, 'file', 'files'));
const quoted = (name: string) => `“${displayName(name)}”`;
const things = (names: string[], one: string, many: string) =>
  names.length === 1 ? quoted(names[0] ?? '') : plural(names.length, one, many);

const SPAN: Record<Span['unit'], [string, string]> = {
  second: ['second', 'seconds'],
  minute: ['minute', 'minutes'],
  hour: ['hour', 'hours'],
  day: ['day', 'days'],
  month: ['month', 'months'],
  year: ['year', 'years'],
  century: ['century', 'centuries'],
};

const duration = (seconds: number) => {
  const { value, unit } = span(seconds);
  return plural(value, ...SPAN[unit]);
};

const KIND: Record<FileKind, string> = {
  directory: 'Subfolder',
  document: 'Document',
  pdf: 'PDF document',
  table: 'Table',
  slides: 'Slides',
  image: 'Picture',
  film: 'Film',
  sound: 'Sound',
  archive: 'Archive',
  mail: 'Mail',
  code: 'Text file',
  other: 'File',
};

const ROLE: Record<Role, { name: string; can: string }> = {
  owner: { name: 'owner', can: 'Can do everything: add and change files, invite and remove people.' },
  editor: { name: 'editor', can: 'Can open, add and change files.' },
  viewer: { name: 'viewer', can: 'Can open files and save copies.' },
};

/** Told when kits were made. */
const KEYRING: Record<KeyringState, string> = {
  kept: 'The keyring of this computer has its part.',
  empty: 'The keyring of this computer has no part',
  other: 'The keyring of this computer has an older part',
  locked: 'The keyring of this computer is locked and could not take its part',
  absent: 'This computer has no keyring that answers',
  noAnswer: 'The keyring of this computer did not answer',
  failed: 'The keyring of this computer gave an error',
};

/** What is needed where the keyring does not help; `kits`: how many there are. */
const keyringTold = (keyring: KeyringState, kits: number): string => {
  if (keyring === 'kept') return KEYRING.kept;
  const needed = kits > 1 ? 'both kits are needed' : 'this kit and your officers’ help are needed';
  const again = keyring === 'locked' ? ` Or unlock it and make ${kits > 1 ? 'new kits' : 'a new kit'}.` : '';
  return `${KEYRING[keyring]}: ${needed} to get back in.${again}`;
};

const KEYRING_STATE: Record<KeyringState, string> = {
  kept: 'has its part',
  empty: 'has no part: it may have been set up anew. Make a new kit',
  other: 'has an older part. Make a new kit',
  locked: 'is locked',
  absent: 'there is none here that answers',
  noAnswer: 'does not answer',
  failed: 'gives an error',
};

/** Help from the workspace, as one of the ways back in. */
const HELP_STATE: Record<Escrow, string> = {
  unknown: 'not known now',
  none: 'nobody can help you so far',
  offered: 'make a new kit, and your officers can help, too',
  held: 'your officers can help, together with your kit or this computer',
  outdated: 'those who can help have changed: make a new kit',
};

const ASKED_STAGE: Record<AskedStage, string> = {
  asked: 'Waiting for your officers',
  approved: 'Your officers said yes',
  ready: 'Your officers have helped',
  refused: 'Somebody said no',
  gone: 'Your request counts no more',
  unreachable: 'Waiting for your officers',
};

const CONNECTION: Record<Connection, { short: string; long: string }> = {
  none: {
    short: 'On this computer only',
    long: 'This workspace lives on this computer. Nobody else can reach it yet.',
  },
  connecting: { short: 'Connecting…', long: 'Looking for the server. You can go on working.' },
  inStep: { short: 'In step', long: 'Everything you see is up to date.' },
  syncing: { short: 'Catching up…', long: 'Changes are going to and fro.' },
  unreachable: {
    short: 'Working offline',
    long: 'The server cannot be reached. Go on working: what you change is kept here and sent by itself later.',
  },
  distrusted: {
    short: 'Stopped',
    long: 'The server broke a rule. Nothing is sent or believed until you have looked at it.',
  },
  removed: {
    short: 'Removed',
    long: 'This computer was removed from your account. Nothing is sent to it or taken from it any more.',
  },
};

const computerName = (name: string | null) =>
  name === null ? 'A computer without a name' : displayName(name);

/** A moment in the past, inside a sentence. */
const since = (moment: number): string => {
  const day = dayOf(moment, clock.now());
  if (day.kind === 'today') return `today at ${clockTime(day.date)}`;
  if (day.kind === 'yesterday') return 'yesterday';
  return `on ${day.kind === 'thisYear' ? dayAndMonth(day.date) : calendarDay(day.date)}`;
};

/** A moment inside a sentence, in the past or to come. */
const moment = (at: number): string => {
  const date = new Date(at);
  const ahead = dayOf(clock.now(), at);
  if (ahead.kind === 'today') return `today at ${clockTime(date)}`;
  if (ahead.kind === 'yesterday') return `tomorrow at ${clockTime(date)}`;
  if (dayOf(at, clock.now()).kind === 'yesterday') return `yesterday at ${clockTime(date)}`;
  return `on ${dayAndMonth(date)} at ${clockTime(date)}`;
};

const hoursOf = (hours: number): string => {
  if (hours === 168) return 'a week';
  return hours % 24 === 0 && hours > 72 ? plural(hours / 24, 'day', 'days') : plural(hours, 'hour', 'hours');
};

/** Kits came of something else than the wish for kits; `kits`: how many new ones there are. */
const kitsBecause = (why: 'recovered' | 'renewed' | 'removed', kits: number): string => {
  const print = kits > 1 ? 'Print these' : 'Print this one';
  if (why === 'recovered')
    return kits > 1
      ? `The kits you used are used up. ${print}, and destroy the old ones.`
      : `What you had is used up. ${print}, and destroy any kit you had before.`;
  const what =
    why === 'renewed' ? 'Your password and your keys are new' : 'The computer is removed, your keys are new';
  return kits > 1
    ? `${what}, and the kits you had open nothing any more. ${print}, and destroy the old ones.`
    : `${what}, and any kit you had opens nothing any more. ${print}, and destroy the old one.`;
};

/** What a signature comes to. */
const VERDICT: Record<Verdict, { short: string; long: string }> = {
  good: { short: 'Good', long: 'A member of this folder signed exactly these bytes.' },
  notChecked: {
    short: 'Not checked yet',
    long: 'The file was not read on this computer yet, so it was not compared with what was signed.',
  },
  keyRevoked: {
    short: 'Key revoked',
    long: 'It was made after its key, or the computer that has it, was revoked. Do not rely on it.',
  },
  otherBytes: {
    short: 'Other content',
    long: 'What was signed is not what this version contains. Do not rely on it.',
  },
  notMember: {
    short: 'Not a member',
    long: 'Whoever signed was not in this folder then. Do not rely on it.',
  },
  invalid: {
    short: 'Not valid',
    long: 'It was not made with the key that it names, or says something false. Do not rely on it.',
  },
};

const waysToKey = (value: number) => plural(value, 'way to its key', 'ways to its key');
const heldBy = (value: number, what: string) =>
  value === 0
    ? `no computer is known to hold ${what}`
    : `${plural(value, 'computer holds', 'computers hold')} ${what}`;

/** What leads to a key. */
const KEY_WAY: Record<KeyWayKind, (name: string) => string> = {
  thisComputer: () => 'This computer',
  ownComputer: (name) => (name === '' ? 'Another computer of yours' : `Your computer ${quoted(name)}`),
  kits: () => 'Both your recovery kits, on paper',
  kitAndHelp: () => 'Your recovery kit, with your officers’ help',
  colleagueComputer: (name) => (name === '' ? 'A colleague’s computer' : `${displayName(name)}’s computer`),
};

/** Who holds the bytes. */
const COPY: Record<CopyKind, (name: string) => string> = {
  thisComputer: () => 'This computer',
  authorComputer: (name) =>
    name === '' ? 'The computer where it was made' : `${displayName(name)}’s computer, where it was made`,
  pinningNode: (name) => (name === '' ? 'The server' : `The server ${displayName(name)}`),
  pinningNodeHere: () => 'The server’s copy on this computer',
};

/** Where a key can be kept. */
const KEEPER: Record<KeeperKind, { form: string; example: string; secret: string; hint: string }> = {
  token: {
    form: 'A token (PKCS#11): its label, the key’s label, and the file of its driver.',
    example: 'pkcs11:token=org;object=valise?module-path=/usr/lib/softhsm/libsofthsm2.so',
    secret: 'PIN of the token',
    hint: 'Leave it empty if the token has a keypad of its own.',
  },
  vault: {
    form: 'HashiCorp Vault or OpenBao (Transit): the server, the mount and the key.',
    example: 'vault:https://vault.example:8200/transit/valise',
    secret: 'Token for Vault',
    hint: 'Leave it empty if this computer is signed in to Vault already.',
  },
  google: {
    form: 'Google Cloud (KMS): the key’s full name.',
    example: 'gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K',
    secret: 'Access token for Google',
    hint: 'Leave it empty if this computer is signed in to Google Cloud already.',
  },
};

export type Fallback = { happened: string; safe?: string; todo?: string };

const TROUBLE: Record<ErrorCode, Fallback> = {
  badInput: { happened: 'That cannot be used.', todo: 'Look at what was typed and try again.' },
  wrongPassword: {
    happened: 'This password does not open Valise on this computer.',
    safe: 'Nothing was changed.',
    todo: 'Check caps lock and the keyboard’s language, and try again.',
  },
  badKit: {
    happened: 'This is not the code of a kit that opens this computer.',
    safe: 'Nothing was changed.',
    todo: 'Compare it with the paper, group by group. Older kits do not work any more.',
  },
  otherKitNeeded: {
    happened: 'This kit is right, and one more way is needed beside it.',
    safe: 'The keyring of this computer does not give its part.',
    todo: 'Type the code of the other kit as well.',
  },
  noRecovery: {
    happened: 'There is no recovery kit for this computer.',
    todo: 'If you know the password, unlock, and make a kit on the page Security.',
  },
  alreadySetUp: {
    happened: 'Valise is already set up on this computer.',
    todo: 'Close this window and open it again.',
  },
  notSetUp: {
    happened: 'Valise is not set up on this computer yet.',
    todo: 'Start a workspace or use an invitation.',
  },
  locked: { happened: 'Valise is locked.', todo: 'Unlock it with your password first.' },
  waiting: {
    happened: 'You have not been let in yet.',
    todo: 'Ask the person who invited you to open and unlock Valise.',
  },
  inUse: {
    happened: 'Another Valise is working with these files.',
    safe: 'Your files are as they were.',
    todo: 'Close the other one, and try again.',
  },
  notFound: { happened: 'That is no longer there.', todo: 'It may have been moved or put into the trash.' },
  badName: {
    happened: 'This name cannot be used here.',
    safe: 'The old name stays.',
    todo: 'Choose another one: it may be taken, empty or too long.',
  },
  notAllowed: {
    happened: 'Your role in this folder does not allow that.',
    safe: 'Nothing was changed.',
    todo: 'Ask an owner of the folder.',
  },
  badInvitation: {
    happened: 'This invitation cannot be used.',
    safe: 'Nothing was changed on this computer.',
    todo: 'It may be used up, expired or cut short. Ask for a new one.',
  },
  offline: {
    happened: 'The server cannot be reached.',
    safe: 'Your files are safe on this computer.',
    todo: 'Go on working; Valise tries again by itself.',
  },
  notAvailable: {
    happened: 'No computer that has this file can be reached now.',
    safe: 'The file is not lost.',
    todo: 'Try again when a colleague who has it is online.',
  },
  notVerified: {
    happened: 'This could not be verified.',
    safe: 'It was not opened, and nothing of yours was changed.',
    todo: 'Ask its author to send it again.',
  },
  distrusted: {
    happened: 'Something broke the rules which keep this folder honest.',
    safe: 'Valise stopped: nothing was sent or believed since.',
    todo: 'Look at the page Security before you go on.',
  },
  updateNeeded: {
    happened: 'A colleague uses a newer Valise.',
    safe: 'Your files are as they were.',
    todo: 'Update Valise to see what they did.',
  },
  diskFull: {
    happened: 'There is no room left on the disk.',
    safe: 'What was there is whole; what did not fit was left out.',
    todo: 'Make room and try again.',
  },
  overQuota: {
    happened: 'The server has no room left for what you add.',
    safe: 'It is kept on this computer, and everything else goes on. Colleagues do not get it yet.',
    todo: 'Purge what nobody needs from the trash, or ask the people who run the server for more room.',
  },
  tooLarge: {
    happened: 'This file is too large to be opened from inside Valise.',
    safe: 'The file is as it was.',
    todo: 'Use “Save as”, and open the copy.',
  },
  notKept: {
    happened: 'A file that you changed could not become a new version.',
    safe: 'The changed file stays on this computer, and nothing of it is lost.',
    todo: 'Valise tries again when it is next unlocked. Make room if the disk is full.',
  },
  io: {
    happened: 'The disk or the system refused.',
    safe: 'Files in Valise are as they were.',
    todo: 'Check that the place exists and that you may write there.',
  },
  cancelled: { happened: 'Stopped.', safe: 'What was complete stays.' },
  timedOut: {
    happened: 'It took longer than expected.',
    safe: 'Nothing was lost.',
    todo: 'Try again in a moment.',
  },
  removed: {
    happened: 'This computer was removed from your account.',
    safe: 'Your files are safe with your other computers and your colleagues.',
    todo: 'To use it again, remove Valise’s data from it, then add it anew from another of your computers.',
  },
  notPaired: {
    happened: 'The two computers did not find each other.',
    safe: 'Nothing was changed on either of them.',
    todo: 'The code may be mistyped, used or run out. Make a new one and try again.',
  },
  internal: {
    happened: 'Valise made a mistake.',
    safe: 'Your files are as they were.',
    todo: 'Try again. If it happens twice, send the details to whoever looks after Valise for you.',
  },
};

const place = (where: Place): string => {
  switch (where.type) {
    case 'here':
      return 'Here';
    case 'hereAlone':
      return 'Only here';
    case 'onDemand':
      return 'On demand';
    case 'sending':
      return `Sending ${where.percent} %`;
    case 'fetching':
      return `Fetching ${where.percent} %`;
    case 'waiting':
      return 'Waiting';
    case 'problem':
      return 'Problem';
  }
};

const placeLong = (where: Place): string => {
  switch (where.type) {
    case 'here':
      return 'On this computer, and safe elsewhere';
    case 'hereAlone':
      return 'On this computer, and on no other that is known. If it is lost, so is the file';
    case 'onDemand':
      return 'Fetched when you open it';
    case 'sending':
      return 'On this computer only, until the server confirms it';
    case 'fetching':
      return 'Being fetched';
    case 'waiting':
      return 'On this computer only; sent as soon as the server can be reached';
    case 'problem':
      return displayName(where.words);
  }
};

export const en = {
  language: 'en',
  locale,
  app: 'Valise',

  size: (bytes: number) => size(bytes, locale),
  count: n,
  duration,
  fullDate,
  people: (value: number) => plural(value, 'person', 'people'),
  files: (value: number) => (value === 0 ? 'no files' : plural(value, 'file', 'files')),
  changed: (moment: number): string => {
    const day = dayOf(moment, clock.now());
    if (day.kind === 'today') return `Today, ${clockTime(day.date)}`;
    if (day.kind === 'yesterday') return 'Yesterday';
    return day.kind === 'thisYear' ? dayAndMonth(day.date) : calendarDay(day.date);
  },
  day: (moment: number) => calendarDay(new Date(moment)),
  firstName,

  common: {
    cancel: 'Cancel',
    close: 'Close',
    back: 'Back',
    next: 'Continue',
    done: 'Done',
    copy: 'Copy',
    copied: 'Copied',
    details: 'Details',
    retry: 'Try again',
    more: 'More',
    you: 'you',
    loading: 'One moment…',
    optional: 'optional',
  },

  theme: { title: 'Appearance', system: 'As the system', light: 'Light', dark: 'Dark' },

  welcome: {
    title: 'Welcome to Valise',
    sentence:
      'Share files with your colleagues. Only they can open them; not even whoever runs the server can.',
    start: 'Start a workspace',
    startHint: 'For your team, your office, your company',
    join: 'I have an invitation',
    joinHint: 'A colleague sent you a link',
    pair: 'I use Valise on another computer',
    pairHint: 'It shows you a code for this one',
    lost: 'I lost my other computers',
    lostHint: 'Your recovery kits, or one kit and your officers, open your account here',
  },

  steps: {
    of: (step: number, all: number) => `Step ${step} of ${all}`,
    you: 'You',
    where: 'Where',
    folder: 'First folder',
    invitation: 'Invitation',
  },

  you: {
    title: 'Who are you?',
    joinTitle: 'And who are you?',
    sentence: 'Your colleagues see this name beside what you share.',
    name: 'Your name',
    nameHint: 'As colleagues know you, like Ada Novak',
    nameMissing: 'Please give your name.',
    password: 'Choose a password for this computer',
    passwordHint: 'Four or five words that nobody would guess are better than one with many signs.',
    passwordMissing: 'Please choose a password.',
    passwordShort: (least: number) => `Please use at least ${least} characters.`,
    passwordWeak: 'This one is guessed too soon. Add a word or two.',
    final: 'Nobody can reset it for you; the recovery kit can. You print it after your first folder.',
  },

  password: {
    show: 'Show password',
    hide: 'Hide password',
    capsLock: 'Caps lock is on.',
    strength: 'How long this password holds',
    measuring: 'Looking how long it holds…',
    holds: (seconds: number, level: number): string => {
      if (seconds < 60) return 'Guessed at once.';
      const centuries = seconds > 100 * 31_557_600;
      const time = centuries ? 'longer than a lifetime' : `about ${duration(seconds)}`;
      return level < 2
        ? `Guessed in ${time} by somebody with this computer’s disk.`
        : `Guessing it takes ${time}, even with this computer’s disk.`;
    },
  },

  where: {
    title: 'Where does your workspace live?',
    sentence: 'The place that passes changes on between your computers. It cannot read them.',
    workspace: 'Name of the workspace',
    workspaceHint: 'Your company or team, like Acme Legal',
    workspaceMissing: 'Please name the workspace.',
    here: 'On this computer',
    hereHint:
      'Ready at once. Colleagues reach it while this computer is on. You can move it to a server later.',
    server: 'On our server',
    serverHint: 'Always on. Somebody in your office has set it up and told you its address.',
    address: 'Address of the server',
    addressHint: 'Like https://valise.example.com:8443',
    addressMissing: 'Please type the server’s address.',
    unreachable: 'No server answers at this address.',
    unreachableDo: 'Nothing was made yet. Check the address and the network, and try again.',
    making: 'Making your keys…',
  },

  firstFolder: {
    title: 'Your first folder',
    sentence: 'A folder is what you share: everybody in it sees everything in it, and nobody else does.',
    name: 'Name of the folder',
    nameHint: 'Like Board papers, or a client’s name',
    make: 'Make the folder',
    skip: 'Later',
  },

  joining: {
    title: 'Your invitation',
    sentence: 'Paste the link that a colleague sent you. It begins with valise://',
    link: 'Invitation link',
    linkMissing: 'Please paste the invitation link.',
    looking: 'Reading the invitation…',
    invites: (inviter: string) => `${displayName(inviter)} invites you`,
    toFolder: (folder: string, workspace: string) =>
      `to the folder ${quoted(folder)} of ${displayName(workspace)}`,
    toWorkspace: (workspace: string) => `to ${displayName(workspace)}`,
    server: 'Server',
    until: 'Good until',
    expired: 'This invitation has expired. Ask for a new one.',
    fingerprint: 'Fingerprint of the workspace',
    fingerprintHint: 'To be sure, ask your colleague to read theirs to you: both must be the same.',
    other: 'Use another link',
    already: (workspace: string) =>
      `This computer’s Valise is ${displayName(workspace)}’s already. Ask your colleague to add you to the folder instead.`,
    join: 'Join',
    joining: 'Making your keys…',
  },

  joinAccount: {
    title: 'Add this computer',
    sentence:
      'On the computer where you use Valise, open the page Security, choose “Add a computer…”, and take the code from there.',
    code: 'Code',
    codeHint: 'Seven groups of four, or the whole link. Spaces and small letters do not matter.',
    codeMissing: 'Please type the code that your other computer shows.',
    address: 'Address',
    addressHint: 'It stands below the code.',
    addressMissing: 'Please type the address. It stands below the code.',
    name: 'Name of this computer',
    nameHint: 'So that you know it among your others.',
    password: 'A password belongs to one computer: this one may have another than the one you use already.',
    go: 'Add this computer',
    lost: 'I lost my other computers',
    waitingTitle: 'Waiting for your other computer…',
    waiting: 'It takes up to a minute. Leave Valise open and unlocked there.',
    already: (workspace: string) =>
      `This computer’s Valise is ${displayName(workspace)}’s already. The code is for a computer without one.`,
  },

  lostComputers: {
    title: 'Open your account on this computer',
    sentence: 'What you use for it is used up, and you get a new kit.',
    which: 'What do you have?',
    both: 'I have both kits',
    bothHint: 'Together they open your account at once.',
    one: 'I have one kit: ask my officers',
    oneHint: 'They help you from where they are. You may have to wait a day or more.',
    code: 'Code of one kit',
    address: 'Address',
    addressHint: 'It stands on the kits.',
    addressMissing: 'Please type the address. It stands on the kits.',
    addressHintOne: 'It stands on the kit.',
    addressMissingOne: 'Please type the address. It stands on the kit.',
    alone: 'Remove my other computers from the account',
    aloneHint: 'Leave it on if they are lost or stolen: they are refused at once.',
    go: 'Open my account',
    waitingTitle: 'Opening your account…',
    waiting: 'Your keys are made new, and so are your kits. It takes some seconds.',
    unknownOne: {
      happened: 'No account at this address belongs to this kit.',
      safe: 'Nothing was changed.',
      todo: 'Compare the address with the one on the kit. A kit that was used, or made before your newest one, opens nothing any more.',
    },
    unknown: {
      happened: 'No account at this address belongs to these kits.',
      safe: 'Nothing was changed.',
      todo: 'Compare the address with the one on the kits. Kits that were used, or made before your newest ones, open nothing any more.',
    },
    unreachable: {
      happened: 'No server answers at this address.',
      safe: 'Nothing was changed, and your kits are still good.',
      todo: 'Check the address and the network, and try again.',
    },
  },

  waiting: {
    title: (inviter: string) => `Waiting for ${firstName(inviter)}’s computer to let you in`,
    titleAnybody: 'Waiting to be let in',
    reached: 'The server is reached. Nothing is left for you to do.',
    unreached: 'The server cannot be reached now. Valise tries again by itself.',
    reaching: 'Looking for the server…',
    sentence: (inviter: string) =>
      `It happens by itself when ${displayName(inviter)}, or another owner, has Valise open and unlocked.`,
    folder: 'Folder',
    workspace: 'Workspace',
    close: 'You can close this window. The door opens the same.',
  },

  unlock: {
    title: 'Welcome back',
    titleName: (name: string) => `Welcome back, ${firstName(name)}`,
    password: 'Password',
    unlock: 'Unlock',
    unlocking: 'Unlocking…',
    wrong:
      'This password does not open Valise on this computer. Check caps lock and the keyboard’s language.',
    forgotten: 'Forgotten?',
    wrongPin: 'This is not the PIN of the token.',
    insert: (name: string | null) =>
      name === null ? 'Put in the token that opens Valise here.' : `Put in the token ${quoted(name)}.`,
    withToken: 'Use the token instead',
    withPassword: 'Use the password instead',
    lost: 'Token lost, or PIN forgotten?',
    waits: (changes: number, files: number) =>
      changes > 0
        ? `${plural(changes, 'change waits', 'changes wait')} here until you unlock, and ${changes === 1 ? 'is' : 'are'} sent then.`
        : `${plural(files, 'file is', 'files are')} on this computer only. Sending goes on when you unlock.`,
  },

  recover: {
    title: 'Use your recovery kit',
    sentence:
      'Type the code of a kit. The keyring of this computer adds its part by itself; where it cannot, the other kit does, or your officers.',
    code: 'Code of the kit',
    codeHint: '21 groups of four. Spaces and small letters do not matter.',
    codeMissing: 'Please type the code of a kit. It begins with VAL1.',
    other: 'Code of the other kit',
    otherMissing: 'Please type the code of the other kit too.',
    withoutKeyring: 'I have both kits',
    ask: 'Ask my officers instead',
    password: 'Choose a new password for this computer',
    open: 'Open Valise',
    opening: 'Opening…',
  },

  kits: {
    title: 'Print your recovery kit',
    newTitle: 'Your recovery kit',
    sentence:
      'If you forget the password, nobody can tell you a new one. Your kit lets you in: a code on paper, together with the keyring of this computer, a second kit, or help from your workspace.',
    again: 'A kit that you have now stops working as soon as a new one is made.',
    because: kitsBecause,
    password: 'Your password',
    passwordHint: 'So that nobody else makes one while you are away.',
    make: 'Make it now',
    making: 'Making…',
    kit: (kit: KitName) => `Kit ${kit.toUpperCase()}`,
    other: (kit: KitName) => `Kit ${kit === 'a' ? 'B' : 'A'}`,
    step: (at: number, of: number) => `${n(at)} of ${n(of)}`,
    set: (set: string) => `Set ${set}`,
    code: (kit: KitName) => `Code of kit ${kit.toUpperCase()}`,
    qr: (kit: KitName) => `QR code of kit ${kit.toUpperCase()}`,
    keep: (kit: KitName, kits: number): string => {
      if (kits === 1) return 'Keep it where you keep a passport, and not on this computer.';
      return kit === 'a'
        ? 'Keep it where you keep a passport: not on this computer, and not together with kit B.'
        : 'Keep it in another place than kit A, or with somebody you trust.';
    },
    danger: (kits: number): string =>
      kits > 1
        ? 'Whoever has two of the three can read your files. One alone opens nothing.'
        : 'It opens Valise together with the keyring of this computer, or with your officers’ help. Alone it opens nothing.',
    save: 'Print or save…',
    saved: 'Saved. Print it, then remove the file: on this computer it does not count as kept.',
    next: 'I have it on paper',
    askTitle: 'Take the paper, please',
    ask: 'So that it is known to be kept, type two of its groups.',
    group: (group: number) => `Group ${n(group)}`,
    groupsMissing: 'Please type both groups.',
    confirm: 'Check',
    showAgain: 'Show the code again',
    kept: (kit: KitName) => `Kit ${kit.toUpperCase()} is known to be kept.`,
    later: 'Later',
    keyring: keyringTold,
  },

  checkKit: {
    title: 'Is my kit still good?',
    text: 'Type its code. Nothing is used up by it.',
    code: 'Code of the kit',
    check: 'Check',
    good: (kit: KitName, set: string) =>
      `Kit ${kit.toUpperCase()} of set ${set} is good. It opens Valise together with one more of your ways back.`,
  },

  rehearse: {
    title: 'Rehearse a recovery',
    text: 'Valise goes through a whole recovery in a copy, as if the password were forgotten. Nothing is used up or changed.',
    keyring: 'The keyring of this computer adds its part by itself.',
    go: 'Rehearse',
    going: 'Rehearsing…',
    progress: 'Going through it in a copy. It takes a few seconds.',
    done: (folders: number, files: number) =>
      `It works: ${plural(folders, 'folder', 'folders')} and ${plural(files, 'file', 'files')} opened in a copy. Nothing was changed.`,
    noKeyring: {
      happened: 'The keyring of this computer does not give its part.',
      safe: 'Your kit is right, and nothing was changed.',
      todo: 'Your kit and your officers’ help would let you in. Make a new kit, and the keyring gets its part again.',
    },
  },

  /** Help from the workspace, as officers see it. */
  helpers: {
    title: 'Who can help with a forgotten password',
    none: 'If a colleague forgets the password, officers whom you choose can help them back in. That works only together with the colleague’s own kit or computer: by themselves, helpers open nothing.',
    choose: 'Choose who can help…',
    one: 'Can help colleagues back in, together with the colleague’s own kit or computer.',
    two: 'Both are needed to help a colleague back in, together with the colleague’s own kit or computer.',
    list: 'Who can help',
    you: (name: string) => `${displayName(name)} (you)`,
    elsewhere: 'a key that is kept elsewhere',
    delay: (hours: number) =>
      hours === 0
        ? 'Help is given as soon as it is approved.'
        : `Help is given ${hoursOf(hours)} after it is approved. Until then, the person it is for can say no.`,
    gone: 'can help no more',
    goneText: (names: string[]) =>
      names.length === 1
        ? `${namesOf(names)} is no officer any more, so nobody can be helped. Choose anew.`
        : `${namesOf(names)} are no officers any more, so nobody can be helped. Choose anew.`,
    goneOther: 'Somebody who is needed is no officer any more, so nobody can be helped now. Tell an officer.',
    toCome: (names: string[]) =>
      `${plural(names.length, 'person', 'people')} to come: ${namesOf(names)}. They can be helped once they have made a new kit.`,
    allReady: 'Everybody who can be helped is ready for it.',
    change: 'Change…',
    end: 'End…',

    dialogTitle: 'Who can help?',
    dialogText:
      'Choose officers, or a key that officers may use. You make somebody an officer in the menu beside their name.',
    how: 'How many are needed',
    oneOfficer: 'One officer',
    oneHint: 'Quick, and you trust one person not to be talked into it.',
    twoOfficers: 'Two officers, both needed',
    twoHint: 'Nobody can be talked into it alone.',
    twoMissing: 'Your workspace has one officer so far. Name a second one first.',
    kept: 'A key that is kept elsewhere',
    keptHint: 'On a token, in Vault or at Google. Every officer who may use it can help.',
    keptFinal: 'If this key is lost, nobody can be helped any more. Recovery kits stay good.',
    also: 'An officer is needed, too',
    alsoHint: 'Then the key alone is not enough.',
    officer: 'Officer',
    first: 'First officer',
    second: 'Second officer',
    wait: 'Waiting time',
    waits: (hours: number): string => {
      if (hours === 0) return 'None';
      const said = hoursOf(hours);
      return said.charAt(0).toUpperCase() + said.slice(1);
    },
    waitHint: 'Time for the person to say no on another computer, should somebody ask in their name.',
    needed:
      'Whoever is needed as a helper keeps two kits and cannot be helped by this. Nor can the only officer.',
    anew: 'Everybody whom they help is asked to make a new kit.',
    save: 'Save',
    saving: 'Saving…',
    saved: (names: string[], kept: boolean): string => {
      if (!kept) return `${namesOf(names)} can help from now on.`;
      return names.length === 0
        ? 'Officers who may use the key can help from now on.'
        : `${namesOf(names)} can help from now on, together with the key.`;
    },

    menu: 'More about who can help',
    rewrap: 'Use the newest version of the key…',
    rewrapTitle: 'Use the newest version of the key?',
    rewrapText:
      'Do this after the key was changed in the place where it is kept. What it protects is opened once on this computer, and closed again with the newest version. Recovery kits stay good.',
    rewrapDo: 'Use the newest',
    rewrapping: 'Changing…',
    rewrapped: 'The newest version of the key is in use now.',

    endTitle: 'End the help?',
    endPoints: [
      'Nobody can help with a forgotten password any more.',
      'Colleagues who have one kit are asked to make new ones, and then have two.',
    ],
    endDo: 'End the help',
    ending: 'Ending…',
    ended: 'Nobody helps with a forgotten password any more.',
  },

  /** Keys that are kept elsewhere: on a token, by a service. */
  keeper: {
    place: 'Address of the key',
    placeMissing: 'Please type the address of the key.',
    tokenPlace: 'Address of the token',
    tokenPlaceMissing: 'Please type the address of the token.',
    forms: 'What an address looks like',
    form: (kind: KeeperKind) => KEEPER[kind].form,
    example: (kind: KeeperKind) => KEEPER[kind].example,
    secret: (kind: KeeperKind | null) => (kind === null ? 'PIN or access token' : KEEPER[kind].secret),
    secretHint: (kind: KeeperKind | null) =>
      kind === null ? 'Leave it empty if this computer needs none.' : KEEPER[kind].hint,
    pinMissing: 'Please type the PIN of the token.',
    make: 'Make the key there',
    making: 'Making it…',
    makeHint: 'Once, if there is no key yet. The key never leaves that place.',
    made: 'The key is there now.',
    googleMakes: 'At Google, whoever looks after the project there makes the key.',
    needed: (name: string) => `Needed for it: ${displayName(name)}`,
    another: 'This computer has not used it before',
    anotherHint: 'Say once where the key is. Every officer does this on their own computer.',
  },

  /** A colleague asks, as officers see it. */
  requests: {
    asks: 'asks to recover their account',
    compare:
      'Call the person at a number you know. Let them read these characters to you. Approve only if they are the same.',
    fingerprint: 'Fingerprint of the new computer',
    spelled: (fingerprint: string) =>
      `Fingerprint: ${fingerprint
        .split(' ')
        .map((group) => [...group].join(' '))
        .join(', ')}`,
    says: (reason: string) => `They say: ${quoted(reason)}`,
    at: (at: number) => `Asked ${moment(at)}`,
    approve: 'Approve…',
    approveNamed: (name: string) => `Approve ${displayName(name)}’s recovery`,
    refuse: 'Refuse',
    refuseNamed: (name: string) => `Refuse ${displayName(name)}’s recovery`,
    refused: (name: string) => `You said no. ${displayName(name)} is not helped.`,
    approvedBy: (names: string[]) => `Approved by ${namesOf(names)}.`,
    alsoNeeds: (names: string[]) => `Also needs ${namesOf(names)}.`,
    needs: (names: string[]) => `Only ${namesOf(names)} can approve it.`,
    waits: (names: string[], until: number) =>
      `Approved by ${namesOf(names)}; released ${moment(until)} unless somebody says no.`,
    due: (names: string[]) =>
      `Approved by ${namesOf(names)}; released as soon as Valise is open and unlocked on the computer it was approved on.`,
    released: 'Released: they can go on at their new computer.',
    dialogTitle: (name: string) => `Approve ${displayName(name)}’s recovery?`,
    dialogText: (name: string) =>
      `With your help and their own kit or computer, whoever holds the new computer becomes ${displayName(name)}.`,
    compared: 'I called, and the characters are the same',
    comparedHint: (name: string) =>
      `At a number that I knew before, and it was ${displayName(name)} who answered.`,
    comparedMissing: 'First call, and compare the characters. Then tick this.',
    do: 'Approve',
    doing: 'Approving…',
    done: (name: string) => `You approved ${displayName(name)}’s recovery.`,
  },

  /** Somebody asks in this person’s name, or it is this person on a new computer. */
  claims: {
    title: 'Somebody asks to recover your account',
    text: (fingerprint: string) =>
      `On a new computer (fingerprint ${fingerprint}). If this is not you, say no.`,
    approved: (names: string[], until: number | null) =>
      until === null
        ? `${namesOf(names)} approved it.`
        : `${namesOf(names)} approved it; it is released ${moment(until)} unless you say no.`,
    released: 'Your officers have released their help. If this is not you, say no, and call them at once.',
    me: 'It is me',
    meNamed: (fingerprint: string) => `It is me, on the computer ${fingerprint}`,
    notMe: 'It is not me: say no',
    notMeNamed: (fingerprint: string) => `It is not me: say no, on the computer ${fingerprint}`,
    refused: 'You said no. Nobody gets into your account with that request. Tell your officers of it.',
    card: 'Your account is asked for',
    cardText: 'A new computer asks for your account, with your officers’ help.',
  },

  /** The form by which officers are asked. */
  askOfficers: {
    title: 'Ask your officers',
    sentence: 'They help you in, together with your kit or the keyring of this computer.',
    code: 'Code of your kit, if you have it at hand',
    codeHint: 'Else the keyring of this computer adds its part by itself.',
    password: 'Choose a new password for this computer',
    passwordHint: 'Four or five words. You type it once more when your officers have helped.',
    reason: 'What to say to your officers',
    reasonHint: 'One line, so that they know why. They see it beside your name.',
    go: 'Ask my officers',
    going: 'Asking…',
    waitingTitle: 'Asking your officers…',
    waiting: 'Valise makes keys for this computer and sends your request. It takes some seconds.',
    keyring: {
      happened: 'The keyring of this computer does not give its part.',
      safe: 'Nothing was changed.',
      todo: 'Type the code of your kit, then ask again.',
    },
    unreachable: {
      happened: 'The server cannot be reached.',
      safe: 'Nobody was asked yet, and nothing was changed.',
      todo: 'Check the network, and try again.',
    },
  },

  /** While officers are waited for. */
  asked: {
    title: (stage: AskedStage) => ASKED_STAGE[stage],
    at: (at: number) => `You asked for help ${moment(at)}.`,
    call: (needed: number) =>
      needed > 1
        ? `${n(needed)} officers are needed. Call each of them and read this out`
        : 'Call one of your officers and read this out',
    callHint: 'They compare it with what they see. You can close Valise meanwhile: nothing is lost.',
    approvedHint: 'Nothing is left for you to do until it is ready. You can close Valise meanwhile.',
    steps: 'How it stands',
    stepAsked: 'Asked',
    stepApproved: (approved: number, needed: number) =>
      needed > 1 ? `Approved by ${n(approved)} of ${n(needed)}` : 'Approved',
    stepApproving: (approved: number, needed: number) =>
      needed > 1 ? `Approved by ${n(approved)} of ${n(needed)} so far` : 'To be approved by an officer',
    stepWait: 'Released by your officers',
    stepWaiting: (until: number) => `Waiting until ${moment(until).replace(/^on /, '')}`,
    stepDue: 'Waiting until your officer has Valise open and unlocked',
    stepReady: 'Ready to be opened',
    state: { done: 'done', now: 'now', later: 'to come' },
    ready: 'Type the new password that you chose when you asked.',
    password: 'The new password you chose',
    passwordWrong: 'This is not the password you chose when you asked.',
    open: 'Open Valise',
    opening: 'Opening…',
    refused:
      'One of your officers, or somebody at another computer of yours, refused the request. Nothing was changed.',
    refusedDo: 'Speak to an officer at a number you know. Then ask again.',
    gone: 'Your account was changed meanwhile, or too long has passed. Nothing was changed here.',
    goneDo: 'Ask again, with your newest kit.',
    unreachable: 'The server cannot be reached now. Your request stays; Valise tries again by itself.',
    again: 'Ask again',
    remember: 'I remember my old password',
    rememberToken: 'I can use my token again',
    back: 'See how your request stands',
    waits: 'Your officers have been asked for help. If you unlock now, that is forgotten.',
    giveUp: 'Give up…',
    giveUpTitle: 'Give up your request?',
    giveUpText:
      'What officers have done for it is lost. You can ask again at any time; they start anew then.',
    giveUpDo: 'Give up',
  },

  places: {
    label: 'Places',
    mine: 'My files',
    recent: 'Recent',
    trash: 'Trash',
    shared: 'Shared folders',
    newFolder: 'New folder',
    workspace: 'Workspace',
    people: 'People',
    security: 'Security',
    unread: (value: number) => `${plural(value, 'new file', 'new files')}`,
    requests: (value: number) => plural(value, 'request for help', 'requests for help'),
    claims: 'Somebody asks for your account',
    stopped: 'stopped',
    account: 'Account and appearance',
    folderMenu: (name: string) => `Actions for ${displayName(name)}`,
    keys: 'Keyboard',
    noShared: 'None yet',
  },

  reminder: {
    alarm: 'Please look at this',
    alarmText: 'Something happened that you should know of.',
    alarmDo: 'Open Security',
    kit: 'Print your recovery kit',
    kitText: 'A forgotten password is final until you have it on paper. It takes two minutes.',
    kitTextToken: 'A lost token is final until you have it on paper. It takes two minutes.',
    kitDo: 'Print it',
    unproven: 'Is your kit on paper?',
    unprovenText: 'What was printed is not known to be kept yet. Two groups from the paper prove it.',
    unprovenDo: 'Open Security',
    outdated: 'Your kit is out of date',
    outdatedText: 'Those who can help you have changed. Make a new kit.',
    alone: 'Only you are here',
    aloneText: 'This workspace is on this computer alone. Bring it to a server to share with colleagues.',
    aloneDo: 'Connect a server',
    invite: 'Bring in a colleague',
    inviteText: 'A folder is for sharing. An invitation takes them three minutes.',
    inviteDo: 'Invite somebody',
  },

  header: {
    summary: (people: number, files: number) =>
      `${people < 2 ? 'Only you' : plural(people, 'person', 'people')}, ${filesOrNone(files)}`,
    mineSummary: (files: number) => `Only you, ${filesOrNone(files)}`,
    search: 'Search',
    searchIn: (name: string) => `Search in ${displayName(name)}`,
    clearSearch: 'Clear search',
    share: 'Share',
    invite: 'Invite or change roles…',
    members: 'People…',
    add: 'Add files',
    more: 'More for this folder',
    addDirectory: 'Add a whole folder…',
    newSubfolder: 'New subfolder…',
    renameFolder: 'Rename folder…',
    folderKeys: 'Keys…',
    leaveFolder: 'Leave…',
    showDetails: 'Show details',
    hideDetails: 'Hide details',
    path: 'Path',
    keyChange: 'Key change waiting',
    keyChangeHint:
      'Somebody left or changed a key. With the next change that you or a colleague make here, the folder gets a new key.',
    stopped: 'This folder is stopped',
    stoppedHint:
      'Something in it could not be verified. What you see is safe; nothing is sent or taken. See Security.',
    viewer: 'You can open files here. Only owners and editors can add or change.',
  },

  list: {
    label: (name: string) => `Files in ${displayName(name)}`,
    name: 'Name',
    size: 'Size',
    changed: 'Changed',
    by: 'By',
    where: 'Where',
    folder: 'Folder',
    byMe: 'You',
    selected: (value: number) => `${n(value)} selected`,
    rename: 'New name',
    empty: 'Nothing here yet',
    fresh: 'New',
    kept: 'Kept offline',
    keptLong: 'Always on this computer',
    sortedBy: (column: string) => `Sort by ${column}`,
  },

  kind: (kind: FileKind) => KIND[kind],
  kindOf: (kind: FileKind, extension: string) =>
    kind === 'directory' || kind === 'pdf' || extension === '' || extension.length > 5
      ? KIND[kind]
      : `${KIND[kind]} (${displayName(extension)})`,

  place,
  placeLong,

  empty: {
    folder: 'This folder is empty',
    folderText:
      'Drop files or whole folders anywhere here. They are encrypted before they leave this computer.',
    viewerText: 'When a colleague adds something, you see it here.',
    subfolder: 'This subfolder is empty',
    mine: 'Your own files',
    mineText:
      'What you drop here is encrypted and kept for you alone. It counts as safe when the server has it.',
    recent: 'Nothing has happened yet',
    recentText: 'The files that you or your colleagues changed last are listed here.',
    trash: 'The trash is empty',
    trashText: 'What you delete waits here, and can be put back.',
    search: (text: string) => `Nothing is called ${quoted(text)}`,
    searchText: 'Valise looks at names, in any case, anywhere in the name.',
    searchAll: 'Search everywhere',
    dropHint: 'Drop files or folders anywhere here.',
    dropHintMore: 'They are encrypted before they leave this computer.',
    choose: 'Choose files…',
  },

  search: {
    results: (value: number) => (value === 0 ? 'No hits' : plural(value, 'hit', 'hits')),
    here: (name: string) => `In ${displayName(name)}`,
    everywhere: 'Everywhere',
    scope: 'Where to search',
    title: (text: string) => `Search: ${displayName(text)}`,
  },

  drop: {
    here: (value: number, to: string) => `Add ${plural(value, 'item', 'items')} to ${quoted(to)}`,
    release: 'Let go to encrypt and share with everybody in this folder.',
    releaseMine: 'Let go to encrypt and keep. Only you can open it.',
    no: 'Files cannot be dropped here',
    noText: 'Open a folder first, then drop on its list.',
    viewer: 'You can only read in this folder',
    viewerText: 'Ask an owner to make you an editor.',
  },

  actions: {
    open: 'Open',
    save: 'Save as…',
    export: 'Export with key…',
    sign: 'Sign…',
    exportSigned: 'Export with signatures…',
    keep: 'Keep on this computer',
    unkeep: 'Need not stay on this computer',
    rename: 'Rename',
    move: 'Move to…',
    trash: 'Move to trash',
    restore: 'Put back',
    purge: 'Delete for good…',
    emptyTrash: 'Empty trash…',
    details: 'Details',
    goTo: 'Show in folder',
    copyLink: 'Copy link',
    copyName: 'Copy name',
    newSubfolder: 'New subfolder…',
    addFiles: 'Add files…',
    addDirectory: 'Add a whole folder…',
    selectAll: 'Select all',
    menu: 'Actions',
  },

  /** Others have a file open for changing. */
  editing: {
    here: (names: string[]) => `${namesOf(names)} ${names.length === 1 ? 'has' : 'have'} it open`,
    long: (names: string[]) =>
      `${namesOf(names)} ${names.length === 1 ? 'has' : 'have'} this open. If you both save, both versions are kept.`,
  },

  did: {
    trashed: (names: string[]) => `Moved ${things(names, 'item', 'items')} to the trash.`,
    restored: (names: string[]) => `Put ${things(names, 'item', 'items')} back.`,
    purged: (names: string[]) => `Deleted ${things(names, 'item', 'items')} for good.`,
    moved: (names: string[], to: string) => `Moved ${things(names, 'item', 'items')} to ${quoted(to)}.`,
    renamed: (to: string) => `Renamed to ${quoted(to)}.`,
    saved: (name: string) => `Saved ${quoted(name)}. The copy is outside Valise and not encrypted.`,
    exported: (name: string) => `Exported ${quoted(name)} with its key. Keep the two apart.`,
    exportedSigned: (name: string, leftOut: number): string => {
      const done = `Exported ${quoted(name)} with its signatures. The copy is outside Valise and not encrypted.`;
      if (leftOut === 0) return done;
      return `${done} ${plural(leftOut, 'signature was', 'signatures were')} left out: not good.`;
    },
    emptied: 'The trash is empty.',
    version: (name: string) => `Saved a new version of ${quoted(name)}.`,
    versionRestored: (number: number, name: string) =>
      `Version ${n(number)} of ${quoted(name)} is the newest again.`,
    undone: (what: string) => `Taken back: ${displayName(what)}`,
    nothingToUndo: 'Nothing to take back.',
    undo: 'Undo',
    opening: (name: string) => `Opening ${quoted(name)}…`,
    folderMade: (name: string) => `Made the folder ${quoted(name)}.`,
    letIn: (folder: string) => `You are in ${quoted(folder)}.`,
    linkCopied: 'The link was copied. It opens nothing for who is not in the folder.',
    copied: 'Copied.',
    added: (files: number, to: string) => `Added ${plural(files, 'file', 'files')} to ${quoted(to)}.`,
    leftOut: (value: number) => `${plural(value, 'file was', 'files were')} left out`,
    leftOutSafe: 'Everything else was added.',
  },

  details: {
    label: 'Details',
    noneText: 'Select a file to see where its copies are, and what can be done with it.',
    many: (value: number) => `${n(value)} items selected`,
    manySize: (bytes: number) => `${size(bytes, locale)} in all`,
    changedBy: 'Last changed by',
    verified: 'verified',
    canOpen: 'Who can open it',
    safe: 'Kept safe',
    copies: 'Copies',
    copiesHereServer: 'this computer, server',
    copiesServer: 'server',
    copiesHere: 'this computer only',
    copiesHereElsewhere: 'this computer, colleagues’ computers',
    copiesElsewhere: 'colleagues’ computers',
    versions: 'Versions',
    size: 'Size',
    changed: 'Changed',
    kind: 'Kind',
    where: 'Where',
    inside: 'Inside',
    technical: 'Technical details',
    technicalText: 'For audits and for a life without Valise.',
    cid: 'Content id (CID)',
    dekId: 'Key id',
    epoch: 'Folder key epoch',
    device: 'Signing computer',
    record: 'Record',
    version: (number: number) => `Version ${n(number)}`,
    versionBy: (by: string, moment: string, bytes: number) =>
      `${displayName(by)}, ${moment}, ${size(bytes, locale)}`,
    newest: 'newest',
    versionMenu: (number: number) => `Actions for version ${n(number)}`,
    openVersion: 'Open, read-only',
    restoreVersion: 'Make it the newest again',
    allVersions: (value: number) => `Show all ${n(value)}`,
    fewerVersions: 'Show fewer',
    notLoaded: 'Could not be read.',
    onlyYou: 'Only you',
  },

  /** Signatures on documents. */
  signatures: {
    title: 'Signatures',
    marked: (value: number) => `Signed by ${n(value)}`,
    none: 'Nobody has signed this file.',
    list: 'Signatures on this file',
    verdict: (verdict: Verdict) => VERDICT[verdict].short,
    verdictLong: (verdict: Verdict) => VERDICT[verdict].long,
    you: 'you',
    left: 'not in this folder any more',
    when: (at: number, me: boolean) => `${dateAndTime(at)}, ${me ? 'your' : 'signer’s'} clock`,
    of: (current: boolean, versions: number[]): string => {
      if (current) return 'this version';
      if (versions.length === 0) return 'an earlier version';
      return versions.length === 1
        ? `version ${n(versions[0] ?? 0)}, an earlier one`
        : `versions ${listOf(versions.map(n))}, earlier ones`;
    },
    statement: (text: string) => `“${displayText(text)}”`,
    calledThen: (name: string) => `The file was then called ${quoted(name)}.`,
    keyEnded: 'The key has ended since. What it signed before stays.',
    check: 'Check',
    checking: 'Reading the file…',
    notRead: (name: string) =>
      `${quoted(name)} could not be read whole now, so its signatures are not checked yet.`,
    sign: 'Sign this version…',
    all: (value: number) => `Show all ${n(value)}`,
    fewer: 'Show fewer',
    technical: 'Technical details',
    technicalOf: (name: string) => `Technical details of the signature by ${displayName(name)}`,
    fingerprint: 'Key’s fingerprint',
    key: 'Key’s version',
    sha512: 'SHA-512 of the file',
    device: 'Signing computer',
    record: 'Record',
  },

  sign: {
    title: 'Sign this file',
    version: (number: number, newest: boolean) => `Version ${n(number)}${newest ? ', the newest' : ''}`,
    statement: 'Statement',
    hint: 'Your own words, signed with the file. Only you can say what your signature means.',
    suggestions: ['Approved', 'Agreed', 'Seen'],
    suggest: 'Suggestions',
    key: 'Sign with',
    ownKey: 'This computer’s key',
    tokenKey: (name: string | null) =>
      name === null ? 'The key on the token' : `The key on the token ${quoted(name)}`,
    keyVersion: (text: string, version: number) => `${text} (key ${n(version)})`,
    tooLong: (bytes: number) => `This is too long: ${n(bytes)} bytes, and at most 1,000 can be signed.`,
    tooManyLines: (lines: number) => `These are ${n(lines)} lines, and at most 16 can be signed.`,
    forGood:
      'Everybody in this folder sees that you signed, now and later. A signature cannot be taken back.',
    law: 'It is an SSH signature; it is not a qualified signature by law.',
    do: 'Sign',
    doing: 'Signing…',
    progress: 'Reading the whole file, and signing it. A large one takes some seconds.',
    done: (name: string, number: number) => `You signed version ${n(number)} of ${quoted(name)}.`,
  },

  signingKeys: {
    title: 'Signing keys',
    text: 'Each of your computers signs with a key of its own, and a token with another. Whoever checks a signature outside Valise compares its fingerprint.',
    list: 'Signing keys of your account',
    none: 'There is none yet. This computer makes one when you first sign something.',
    noneHere: 'This computer has no key now. It makes one when you next sign.',
    name: (computer: string | null, here: boolean) =>
      computer === null && here ? 'This computer' : computerName(computer),
    token: (name: string | null) => (name === null ? 'Token' : `Token ${quoted(name)}`),
    tokenHere: 'used on this computer',
    tokenAdd: 'Sign with a token…',
    tokenTitle: 'Sign with a token',
    tokenText:
      'You type the token’s PIN, and it signs with a key that never leaves it. If it has no such key yet, one is made. You choose the token when you sign.',
    tokenDo: 'Use this token',
    tokenDoing: 'Looking at the token…',
    tokenDone: 'You can sign with the token now.',
    here: 'this computer',
    notHere: 'this computer, not in use',
    revokedOne: 'revoked',
    version: (version: number) => `key ${n(version)}`,
    fingerprint: 'Fingerprint',
    menu: (version: number) => `Actions for key ${n(version)}`,
    copyPrint: 'Copy fingerprint',
    copyPublic: 'Copy public key',
    revoked: (value: number) => `Revoked (${n(value)})`,
    renew: 'New key…',
    revoke: 'Revoke…',
    newTitle: 'Make a new signing key for this computer?',
    newPoints: [
      'This computer signs with the new key from now on, and the one before is revoked.',
      'Signatures made so far stay as they are.',
      'Any that is made with the old key later is shown as bad.',
    ],
    newDo: 'Make a new key',
    newDoing: 'Making it…',
    newDone: 'This computer has a new signing key.',
    revokeTitle: (version: number, computer: string | null, here: boolean) =>
      `Revoke key ${n(version)} of ${here ? 'this computer' : computer === null ? 'a computer without a name' : quoted(computer)}?`,
    revokePoints: (here: boolean) => [
      'Signatures made with it so far stay as they are.',
      'Any that is made with it later is shown as bad, to everybody in the folder.',
      here
        ? 'When you next sign on this computer, it makes a new key.'
        : 'When that computer next signs, it makes a new key. If it is lost, remove it under “Your computers”, too.',
      'This cannot be undone.',
    ],
    revokeDo: 'Revoke the key',
    revokeDoing: 'Revoking…',
    revokeDone: (version: number) => `Key ${n(version)} is revoked.`,
  },

  transfers: {
    label: 'Transfers',
    title: (kind: TransferKind, files: number, done: number, name: string): string => {
      const verb = kind === 'fetch' ? 'Fetching' : 'Encrypting';
      return files > 1
        ? `${verb} ${n(Math.min(done + 1, files))} of ${n(files)} files`
        : `${verb} ${displayName(name)}`;
    },
    amount: (done: number, all: number) => `${size(done, locale)} of ${size(all, locale)}`,
    rate: (rate: number) => `${size(rate, locale)}/s`,
    left: (seconds: number) => `${duration(seconds)} left`,
    paused: 'Paused',
    waiting: 'Waiting for somebody who has it',
    pauseNamed: (name: string) => `Pause ${displayName(name)}`,
    resumeNamed: (name: string) => `Go on with ${displayName(name)}`,
    cancelNamed: (name: string) => `Cancel ${displayName(name)}`,
    cancelled: (name: string) => `Stopped. What was complete stays in ${quoted(name)}.`,
    onTheirWay: (files: number) => `${plural(files, 'file', 'files')} on their way`,
    oneRuns: (all: number) => `1 of ${n(all)} transfers is running`,
    noneRuns: (all: number) => `None of ${n(all)} transfers is running`,
    pauseAll: 'Pause all',
    resumeAll: 'Go on with all',
    stopAll: 'Stop all…',
    stopTitle: (value: number) => `Stop ${plural(value, 'transfer', 'transfers')}?`,
    stopText: 'What is complete stays. The rest can be added or fetched again.',
    stopDo: 'Stop all',
    stoppedAll: (value: number) =>
      `Stopped ${plural(value, 'transfer', 'transfers')}. What was complete stays.`,
    all: (value: number) => `Show all ${n(value)} transfers`,
    fewer: 'Show fewer',
  },

  status: {
    label: 'Status',
    connection: CONNECTION,
    online: (value: number) =>
      value === 0 ? 'No colleague online' : `${plural(value, 'colleague', 'colleagues')} online`,
    waiting: (value: number) =>
      value === 0 ? 'Nothing waiting to be sent' : `${plural(value, 'change', 'changes')} waiting to be sent`,
    unheld: (value: number) => `${plural(value, 'file', 'files')} on this computer only`,
    unheldHint: 'The server has not confirmed these yet. They are sent by themselves.',
    sending: (files: number, share: number) =>
      `Sending ${plural(files, 'file', 'files')}, ${n(Math.floor(share * 100))} %`,
    syncNow: 'Check now',
    lock: 'Lock',
    lockHint: 'Lock (Ctrl+L)',
  },

  outbox: {
    title: 'Not sent yet',
    text: 'Everything here is safe on this computer, and goes by itself as soon as the server can be reached.',
    empty: 'Nothing waits: what you made is with the server.',
    sending: 'On their way to the server',
    waiting: 'Waiting for the server',
    kind: {
      added: 'New',
      changed: 'New version',
      moved: 'Renamed or moved',
      trashed: 'In the trash',
      restored: 'Out of the trash',
      removed: 'Deleted',
    } satisfies Record<WaitingKind, string>,
    progress: (sent: number, bytes: number, rate: number, left: number | null) =>
      [
        `${size(sent, locale)} of ${size(bytes, locale)}`,
        ...(rate > 0 ? [`${size(rate, locale)}/s`] : []),
        ...(left === null ? [] : [`${duration(left)} left`]),
      ].join(', '),
    percent: (value: number) => `${n(value)} %`,
    more: (value: number) => `and ${n(value)} more`,
  },

  role: (role: Role) => ROLE[role].name,
  roleCan: (role: Role) => ROLE[role].can,

  share: {
    title: (folder: string) => `Share ${quoted(folder)}`,
    members: 'Who is in',
    notAccepted: 'has not accepted yet',
    online: 'online',
    roleOf: (name: string) => `Role of ${displayName(name)}`,
    remove: (name: string) => `Remove ${displayName(name)}`,
    inviteTitle: 'Invite somebody new',
    addTitle: 'Add a colleague',
    addHint: 'People of this workspace who are not in this folder yet.',
    add: 'Add',
    person: 'Colleague',
    as: 'They become',
    days: 'Good for',
    daysOf: (days: number) => plural(days, 'day', 'days'),
    make: 'Make an invitation',
    making: 'Making…',
    link: 'Invitation link',
    copyLink: 'Copy link',
    copyWords: 'Copy words and link',
    linkCopied: 'The link is copied.',
    qr: 'QR code of the invitation link',
    once: (role: Role) => `For one person, who becomes ${role === 'viewer' ? 'a' : 'an'} ${ROLE[role].name}.`,
    until: (moment: number) => `Good until ${calendarDay(new Date(moment))}.`,
    secret: 'Whoever has the link first can use it. Send it by a way you trust.',
    whoOnline: 'To let them in, you or another owner must have Valise open and unlocked.',
    letter: (inviter: string, folder: string, link: string) =>
      `Hello,\n\nI would like to share the folder ${quoted(folder)} with you in Valise. ` +
      `Install Valise, open it, choose “I have an invitation” and paste this link:\n\n${link}\n\n` +
      `It works once, and only for a while.\n\n${displayName(inviter)}`,
    another: 'Make another',
    notOwner: 'Only owners can invite people and change roles.',
    noServer: 'Nobody can reach this workspace yet',
    noServerText: 'It lives on this computer alone. Connect it to a server, and you can invite people.',
    offline: 'The server cannot be reached now. Invitations can be made when it is back.',
    lastOwner: 'A folder needs an owner.',
  },

  /** Whether somebody is who they say, and how one finds out. */
  compare: {
    verified: 'verified',
    again: 'compare again',
    byLink: 'joined by link, not verified',
    not: 'not verified',
    leads: 'compare safety numbers…',
    label: (said: string, name: string) => `${said}: compare safety numbers with ${displayName(name)}`,
    heading: 'Compare safety numbers',
    title: (name: string) => `Compare safety numbers with ${displayName(name)}`,
    text: (name: string) =>
      `So you know that what you share with ${displayName(name)} reaches them, and nobody who uses their name.`,
    yours: 'Your number',
    theirs: (name: string) => `${displayName(name)}’s number`,
    how: (name: string) => [
      `Call ${displayName(name)} at a number you know, or sit side by side. Both of you open this dialog for the other.`,
      'Read your number aloud, and let them read theirs. Each finds what is read here, group by group.',
      'Not by e-mail and not through Valise: whoever stands in between could change it there.',
    ],
    differ: 'If one of them differs, share nothing with this account, and tell an officer.',
    changed: (name: string) =>
      `Since you compared, this account was recovered on another computer: by ${displayName(name)}, or by somebody who has their recovery kit. Compare again.`,
    isVerified: (name: string) =>
      `You have compared them: ${displayName(name)} is verified on this computer.`,
    here: 'Valise remembers this on this computer alone, and tells nobody. On your other computers, compare there.',
    do: 'They are the same',
    doing: 'One moment…',
    done: (name: string) => `${displayName(name)} is verified on this computer.`,
    undo: 'Not verified any more',
    undone: (name: string) => `${displayName(name)} is not verified any more.`,
    gone: 'This person is not in the workspace any more.',
  },

  officer: {
    title: (name: string) => `Make ${displayName(name)} an officer?`,
    points: [
      'They can let people in, name officers and close accounts, yours too.',
      'They cannot read anything by that: only what is shared with them.',
    ],
    do: (name: string) => `Make ${displayName(name)} an officer`,
    doing: 'Making an officer…',
    done: (name: string) => `${displayName(name)} is an officer now.`,
  },

  noOfficer: {
    title: (name: string) => `Remove ${displayName(name)} as an officer?`,
    points: [
      'They can no longer let people in, name officers or close accounts.',
      'They stay in the workspace, with the folders they have.',
    ],
    do: (name: string) => `Remove ${displayName(name)} as an officer`,
    ownTitle: 'Stop being an officer?',
    ownPoints: [
      'You can no longer let people in, name officers or close accounts. Only another officer can make you one again.',
      'You stay in the workspace, with the folders you have.',
    ],
    ownDo: 'Stop being an officer',
    doing: 'One moment…',
    done: (name: string) => `${displayName(name)} is no officer any more.`,
    ownDone: 'You are no officer any more.',
  },

  closeAccount: {
    title: (name: string) => `Close ${displayName(name)}’s account?`,
    text: 'This cannot be undone.',
    points: [
      'They are refused at once, and see nothing new.',
      'They are removed from every folder whose owner is somebody else, and those folders’ keys change.',
      'What they opened before, they may have kept.',
    ],
    stays:
      'Nobody is named to take over folders. Those that only they own go on without an owner, and nobody else can become one. If you can, ask them to name another owner first.',
    staysHeir:
      'They are named to take over folders of others, and then no longer can: name somebody else on this page. Folders that only they own go on without an owner.',
    passes: (name: string) =>
      `Folders that only they own pass to ${displayName(name)} where they agreed to that. The others go on without an owner, and nobody else can become one.`,
    name: (name: string) => `To be sure, type their name: ${displayName(name)}`,
    different: (name: string) => `This is not the name. Please type ${displayName(name)}.`,
    do: (name: string) => `Close ${displayName(name)}’s account`,
    doing: 'Closing…',
    done: (name: string) => `${displayName(name)}’s account is closed.`,
  },

  deed: {
    unreachable: {
      happened: 'The server cannot be reached.',
      safe: null,
      todo: 'This is not done by itself later: try again when the server answers.',
    },
    namesakes: (name: string) =>
      `More than one person is called ${displayName(name)}. This one’s safety number is:`,
  },

  attach: {
    title: 'Connect a server',
    sentence: 'The server passes changes on and keeps a copy that it cannot read. Your files stay here too.',
    connect: 'Connect',
    connecting: 'Connecting…',
    done: 'The workspace is on the server now.',
  },

  offer: {
    waits: 'Waits for your answer',
    row: (by: string, name: string | null) =>
      name === null ? `A folder of ${displayName(by)}` : displayName(name),
    title: (by: string, name: string | null) =>
      name === null
        ? `${displayName(by)} shares a folder with you`
        : `${displayName(by)} shares ${quoted(name)} with you`,
    role: (role: Role) => `Your role in it: ${ROLE[role].name}. ${ROLE[role].can}`,
    text: (by: string) =>
      `Nothing of it is on this computer yet. If you accept, its files appear in your list, on all your computers. If you decline, ${firstName(by)} sees that you left.`,
    accept: 'Accept',
    decline: 'Decline',
    declined: (by: string, name: string | null) =>
      `You declined ${name === null ? `the folder of ${displayName(by)}` : quoted(name)}.`,
  },
  /** How long things stay in a folder's trash. */
  keepFor: {
    open: 'Trash…',
    title: (folder: string) => `Trash of ${quoted(folder)}`,
    text: 'What is put into the trash can be put back. When its time is over it goes for good, with all versions, for everybody.',
    label: 'Keep it',
    choice: (days: number): string => {
      if (days === 0) return 'until somebody empties it';
      return days === 365 ? 'for a year' : `for ${plural(days, 'day', 'days')}`;
    },
    hint: 'The time begins now, also for what is in the trash already.',
    foreverHint: 'Nothing goes by itself.',
    do: 'Save',
    done: (folder: string, days: number) =>
      days === 0
        ? `The trash of ${quoted(folder)} is kept until somebody empties it.`
        : `The trash of ${quoted(folder)} is kept for ${days === 365 ? 'a year' : plural(days, 'day', 'days')}.`,
    now: (days: number) =>
      `What is put into its trash goes for good after ${days === 365 ? 'a year' : plural(days, 'day', 'days')}.`,
  },

  handOver: {
    open: 'Hand over…',
    title: (folder: string) => `Hand over ${quoted(folder)}`,
    text: 'An owner manages the folder: who is in it, what they may do, its keys.',
    onlyOwner:
      'You are the only owner of this folder. Before you leave, somebody else has to manage it: choose who.',
    onlyOwnerAlone:
      'You are the only owner of this folder, and nobody else has accepted it yet. Share it with somebody who is to manage it; when they have accepted, you can hand it over and leave.',
    nobody: 'Nobody else is in this folder, or nobody has accepted it yet. Share it with somebody first.',
    whom: 'Becomes an owner',
    then: 'And you',
    after: {
      stepDown: 'may change files from now on',
      leave: 'leave the folder',
      stay: 'stay an owner, too',
    } satisfies Record<AfterHandOver, string>,
    do: 'Hand over',
    done: (folder: string, name: string, then: AfterHandOver) =>
      then === 'leave'
        ? `${displayName(name)} owns ${quoted(folder)} now, and you left it.`
        : `${displayName(name)} owns ${quoted(folder)} now.`,
  },
  leaveFolder: {
    title: (folder: string) => `Leave ${quoted(folder)}?`,
    text: 'Its files go from your list, and you see no further change of them. The others keep the folder, and it gets a new key. Only an owner can let you in again.',
    do: 'Leave',
  },
  removeMember: {
    title: (name: string, folder: string) => `Remove ${displayName(name)} from ${quoted(folder)}?`,
    text: (name: string) =>
      `The folder gets a new key, and ${firstName(name)} sees no further change. What ${firstName(name)} has opened or saved stays with them.`,
    do: 'Remove',
  },

  newFolder: {
    title: 'New folder',
    text: 'You are its first member. Then invite the others.',
    name: 'Name',
    make: 'Make folder',
  },

  newSubfolder: {
    title: 'New subfolder',
    text: (folder: string) => `In ${quoted(folder)}, with the same people.`,
    name: 'Name',
    make: 'Make subfolder',
  },

  renameFolder: {
    title: 'Rename folder',
    text: 'The new name is seen by everybody in it.',
    name: 'Name',
    do: 'Rename',
  },

  nameMissing: 'Please type a name.',

  folderKeys: {
    title: (folder: string) => `Keys of ${quoted(folder)}`,
    version: (version: number) => `Version ${n(version)}`,
    made: (since: number | null, by: string) =>
      [since === null ? '' : `since ${calendarDay(new Date(since))}`, by && `made by ${displayName(by)}`]
        .filter((part) => part !== '')
        .map((part) => `, ${part}`)
        .join(''),
    waiting:
      'A key change is waiting: somebody left or a computer was removed. It happens before the next file is added.',
    minimum: (version: number) => `Oldest accepted version: ${n(version)}`,
    files: 'File keys by version',
    filesHint: 'Each version of a file has a key of its own. The folder’s key opens them.',
    versionColumn: 'Version',
    countColumn: 'File keys',
    keys: (value: number) => plural(value, 'file key', 'file keys'),
    noFiles: 'No file keys yet.',
    allVersions: (value: number) => `Show all ${n(value)}`,
    fewerVersions: 'Show fewer',
    actions: 'Change the key',
    change: 'Change the key now',
    changing: 'Changing the key…',
    changeText:
      'What was shared stays readable for those who could read it. What comes from now on opens only with the new key. Nothing is encrypted again.',
    changed: (folder: string, version: number) =>
      `The key of ${quoted(folder)} is changed: version ${n(version)}.`,
    move: (value: number, version: number) =>
      `Move ${plural(value, 'file key', 'file keys')} to version ${n(version)}`,
    moving: 'Moving file keys…',
    moveText: 'The files stay as they are.',
    movedSoFar: (done: number, of: number) => `${n(done)} of ${plural(of, 'file key', 'file keys')} moved`,
    moved: (value: number, version: number) =>
      `Moved ${plural(value, 'file key', 'file keys')} to version ${n(version)}.`,
    retire: (version: number) =>
      version > 1 ? `Retire versions before ${n(version)}` : 'Retire older versions',
    retiring: 'Retiring…',
    retireText: 'File keys under older versions are no longer kept or accepted. This cannot be taken back.',
    retireMoveFirst: 'First move the file keys that are under older versions.',
    retireNone: 'There are no older versions.',
    retireDone: (version: number) => `Versions before ${n(version)} are retired.`,
    retired: (folder: string, version: number) =>
      `In ${quoted(folder)}, versions before ${n(version)} are retired.`,
    every: 'Change the key by itself',
    everyDays: (days: number): string => {
      if (days === 0) return 'Never';
      return days === 365 ? 'Every year' : `Every ${plural(days, 'day', 'days')}`;
    },
    everyHint: 'When somebody leaves or a computer is removed, it changes in any case.',
    byItself: (days: number): string => {
      if (days === 0) return 'The key does not change by itself.';
      return days === 365
        ? 'The key changes by itself every year.'
        : `The key changes by itself every ${plural(days, 'day', 'days')}.`;
    },
    decided: (folder: string, days: number): string => {
      if (days === 0) return `The key of ${quoted(folder)} does not change by itself any more.`;
      return `The key of ${quoted(folder)} changes by itself every ${days === 365 ? 'year' : plural(days, 'day', 'days')}.`;
    },
  },

  /** Who takes over folders of somebody who leaves. */
  server: {
    card: 'Server',
    addressNow: 'Address',
    addresses: 'Looked for, in this order',
    answers: 'Connection',
    change: 'Change the address…',
    none: 'There is none yet: the workspace lives on this computer alone, so one single loss takes all of it.',
    here: 'It runs on this computer. If this computer is lost, so are the server and its copies: that is still one single loss.',
    open: 'Where the server answers…',
    moveOpen: 'Move to a server…',
    title: 'Where does the server answer?',
    text: 'If the server gets another address, name it here while the old one still answers. Every computer learns of it, looks for the server at both, and follows it by itself.',
    address: 'Address of the server',
    save: 'Save',
    named: 'Every computer learns of the new address when it next reaches the server.',
    moveTitle: 'Move the workspace to a server',
    moveText:
      'So far the workspace lives on this computer: if it is lost, so is the one place that has everything. On a server of your company it does not depend on one person.',
    steps: [
      'Say at which address the new server will answer. Everybody learns of it and follows by themselves.',
      'A copy is made, to be brought to the server. From then on this computer is no server any more: until the other one runs, everybody works with what is on their own computer.',
      'The server is started from the copy.',
    ],
    makeCopy: 'Make the copy…',
    copying: 'Copying…',
    moved: 'The copy is made, and this computer is no server any more.',
    copyIs: 'The copy is here:',
    copyPath: 'Copy the path',
    onServer: 'Bring it to the server, and run there:',
    copyCommand: 'Copy the commands',
    command: (path: string) =>
      `valise-catalog restore --from ${path} --data /var/lib/valise && valise-catalog serve --data /var/lib/valise --listen '[::]:8443'`,
    secret:
      'Whoever has the copy can stand in for the server, but can open nothing. Remove it when the server answers.',
  },

  groups: {
    title: 'Groups',
    none: 'Put people who often share folders into a group, and add all of them to a folder at once.',
    about:
      'A folder is shared with everybody in a group at once. Being in a group opens nothing by itself, and whoever is put into one later is not added to folders.',
    names: (names: string[]) => (names.length === 0 ? 'nobody' : namesOf(names)),
    menu: (name: string) => `What to do with ${quoted(name)}`,
    make: 'New group…',
    change: 'Change…',
    remove: 'Remove…',
    newTitle: 'New group',
    changeTitle: (name: string) => `Change ${quoted(name)}`,
    explains: 'Everybody in the workspace sees it, and so does the server.',
    name: 'Name of the group',
    people: 'Who is in it',
    save: 'Save',
    saving: 'Saving…',
    saved: (name: string) => `The group ${quoted(name)} is saved.`,
    removeTitle: (name: string) => `Remove the group ${quoted(name)}?`,
    removeText: 'Its people stay in every folder they are in.',
    removeDo: 'Remove',
    option: (name: string, people: number) =>
      `${displayName(name)} (group, ${plural(people, 'person', 'people')})`,
    added: (people: number) => `${plural(people, 'person was', 'people were')} added.`,
  },

  /** Those that nobody has used yet. */
  invitations: {
    title: 'Invitations',
    none: 'No invitation is open. When you invite somebody new to a folder, the invitation stands here until it is used: you can copy its link again, or withdraw it.',
    about: 'Whoever has one of these links first can use it, until it expires or an officer withdraws it.',
    to: (folder: string | null) => (folder === null ? 'To a folder you are not in' : `To ${quoted(folder)}`),
    as: (role: Role) => `as ${role === 'viewer' ? 'a' : 'an'} ${ROLE[role].name}`,
    by: (name: string) => `by ${displayName(name)}`,
    byMe: 'by you',
    until: (at: number) => `until ${calendarDay(new Date(at))}`,
    expired: 'expired',
    noLink: 'made before you were an officer: its link is not here',
    menu: (folder: string | null) =>
      folder === null
        ? 'What to do with the invitation to a folder you are not in'
        : `What to do with the invitation to ${quoted(folder)}`,
    copy: 'Copy link again',
    withdraw: 'Withdraw…',
    withdrawTitle: (folder: string | null) =>
      folder === null ? 'Withdraw this invitation?' : `Withdraw the invitation to ${quoted(folder)}?`,
    withdrawText:
      'Its link lets nobody in any more, whoever has it. Nothing changes for people who are here already, and you can make another one at any time.',
    withdrawDo: 'Withdraw',
    withdrawn: 'The invitation is withdrawn.',
  },

  heirs: {
    title: 'Who takes over folders of somebody who leaves',
    none: 'Nobody so far. When the account of a folder’s only owner is closed, the others can go on using the folder, but nobody can invite or remove people.',
    about:
      'When somebody’s account is closed, folders that only they owned pass to the person you see here, where they agreed to that.',
    aboutMe:
      'When somebody’s account is closed, folders that only they owned pass to you, where they agreed to that. Your own folders pass to nobody, unless you choose somebody.',
    gone: 'no longer can: their account is closed',
    choose: 'Choose who…',
    change: 'Change…',
    own: 'Your folders…',
    nobody: 'Nobody',

    dialogTitle: 'Who takes over folders?',
    person: 'Takes over',
    points: [
      'Every owner is asked to agree, and may choose somebody else or nobody.',
      'Nothing passes before an owner’s account is closed. Then this person becomes the folder’s owner, and can open what is in it.',
      'Everybody in the workspace sees who it is.',
    ],
    save: 'Save',
    saving: 'Saving…',
    namedDone: (name: string) => `${displayName(name)} is named. Owners are asked to agree.`,
    clearedDone: 'Nobody is named to take over folders.',

    would: (name: string, folders: number) =>
      `When your account is closed, ${displayName(name)} takes over ${plural(folders, 'folder', 'folders')} that only you own`,
    wouldText: 'Only if you agree. Until then, nothing passes to anybody.',
    someAlone: (alone: number, all: number) =>
      all === 1
        ? 'You are its only member. Add somebody, or nobody can hand it over.'
        : `You are the only member of ${n(alone)} of them. Add somebody there, or nobody can hand ${alone === 1 ? 'it' : 'them'} over.`,
    agree: 'Agree',
    each: 'Decide for each…',
    agreed: (name: string, folders: number) =>
      `${displayName(name)} takes over ${plural(folders, 'folder', 'folders')} of yours when your account is closed.`,
    eachTitle: 'Who takes over your folders?',
    eachText: 'When your account is closed. These are the folders that only you own.',
    of: (folder: string) => `Takes over ${quoted(folder)}`,
    alone: 'You are its only member. Add somebody, or nobody can hand it over.',
    decided: 'Your choice is saved.',

    reminder: 'Who takes over your folders?',
    reminderText: (name: string, folders: number) =>
      `${firstName(name)} would take over ${plural(folders, 'folder', 'folders')} that only you own. Agree, or choose somebody else.`,
    reminderDo: 'Decide…',

    takes: (name: string) => `${displayName(name)} takes it over if its owner leaves.`,
    newFolder: (name: string) =>
      `You will be asked whether ${displayName(name)} takes this folder over if your account is closed.`,
    ownerless:
      'Nobody manages this folder: its owner’s account is closed. You can go on using it, but nobody can invite or remove people.',
  },

  /** "Can this ever be lost?" */
  activity: {
    open: 'Activity…',
    title: (name: string) => `What happened: ${quoted(name)}`,
    who: 'Who',
    what: 'What',
    anybody: 'Anybody',
    anything: 'Anything',
    kind: {
      added: 'Added',
      changed: 'Changed',
      removed: 'Removed',
      shared: 'People and roles',
      keys: 'Keys',
      signed: 'Signed',
    } satisfies Record<ActivityKind, string>,
    did: (it: Activity): string => {
      const [path, before, person] = [
        quoted(it.path ?? ''),
        quoted(it.before ?? ''),
        displayName(it.person ?? ''),
      ];
      const role = it.role === null ? '' : ROLE[it.role].name;
      const number = n(it.number ?? 0);
      switch (it.what) {
        case 'folderMade':
          return 'made the folder';
        case 'fileAdded':
          return `added ${path}`;
        case 'directoryAdded':
          return `made the subfolder ${path}`;
        case 'newVersion':
          return `changed ${path}: version ${number}`;
        case 'versionRestored':
          return `restored an older version of ${path}, as version ${number}`;
        case 'conflictCopy':
          return `changed a file while somebody else did: ${path}`;
        case 'renamed':
          return `renamed ${before} to ${path}`;
        case 'moved':
          return `moved ${before} to ${path}`;
        case 'folderNamed':
          return `named the folder ${path}`;
        case 'trashed':
          return `moved ${path} to the trash`;
        case 'restored':
          return `put ${path} back`;
        case 'purged':
          return `deleted ${path} for good`;
        case 'expired':
          return `let go of ${path}: its time in the trash was over`;
        case 'trashPolicy':
          return (it.number ?? 0) === 0
            ? 'decided that the trash is kept until somebody empties it'
            : `decided that the trash is kept for ${plural(it.number ?? 0, 'day', 'days')}`;
        case 'memberAdded':
          return `added ${person} (${role})`;
        case 'memberJoined':
          return `let ${person} in by an invitation link (${role})`;
        case 'memberAccepted':
          return 'accepted the folder';
        case 'memberRemoved':
          return `removed ${person}`;
        case 'memberLeft':
          return 'left the folder';
        case 'roleChanged':
          return `changed the role of ${person} to ${role}`;
        case 'succeeded':
          return `handed the folder over to ${person}, because its owners’ accounts are closed`;
        case 'invited':
          return `made an invitation link (${role})`;
        case 'invitationWithdrawn':
          return 'withdrew an invitation link';
        case 'successorNamed':
          return it.person === null
            ? 'decided that nobody takes the folder over'
            : `decided that ${person} takes the folder over one day`;
        case 'keyChanged':
          return `changed the folder’s key: version ${number}`;
        case 'keyPolicy':
          return `decided on the folder’s keys: version ${number} and later count`;
        case 'signed':
          return `signed version ${number} of ${path}`;
      }
    },
    place: (record: number, change: number) => `${record}.${change}`,
    placeHint: 'Record and change in the folder’s chain',
    none: 'Nothing like that happened here.',
    order:
      'In the order in which it was recorded, from signed records that this computer has verified. They carry no time that others could vouch for. What was not sent yet is not in it.',
    older: 'Show older',
    csv: 'Export as CSV…',
    json: 'Export as JSON…',
    exported: 'The activity was exported.',
  },
  loss: {
    open: 'Can this be lost?…',
    ask: 'Can this ever be lost?',
    line: (found: Recoverability): string => {
      const ways = waysToKey(found.ways.length);
      if (found.files === 0) return ways;
      if (found.files === 1) return `${ways}, ${heldBy(computers(found.copies), 'it')}`;
      return found.thinFiles > 0
        ? `${ways}, ${plural(found.thinFiles, 'file', 'files')} on one computer at most`
        : `${ways}, each file on ${plural(computers(found.copies), 'computer', 'computers')} or more`;
    },
    title: (name: string) => `Can ${quoted(name)} ever be lost?`,
    verdict: (found: Recoverability): string => {
      const many = found.files > 1;
      if (fewWays(found) && fewCopies(found))
        return `Yes. There is ${found.ways.length === 0 ? 'no way' : 'only one way'} to its key, and ${many ? 'some files are' : 'it is'} on one computer at most.`;
      if (fewWays(found))
        return found.ways.length === 0
          ? 'Yes. No way to its key is known that would be left without this computer.'
          : 'Yes. There is only one way to its key. If that is lost, nobody can open it any more.';
      if (fewCopies(found))
        return many
          ? `Some of it: ${plural(found.thinFiles, 'file is', 'files are')} on one computer at most.`
          : 'Yes. It is on one computer at most.';
      return 'Not by a single loss. Several things would have to go wrong at once.';
    },
    ways: (value: number) => (value === 0 ? 'No way to its key' : waysToKey(value)),
    way: ({ kind, name }: KeyWay) => KEY_WAY[kind](name),
    waysHint: 'Any one of them is enough, and each works without the others.',
    wayHint: 'If this one is lost, nobody can open it any more.',
    noWays: 'Valise knows of nobody who could still open it.',
    copies: (value: number, files: number): string => {
      if (files > 1)
        return value === 0
          ? 'Some files are on no computer that Valise knows of'
          : `Each file is on at least ${plural(value, 'computer', 'computers')}`;
      return value === 0 ? 'No computer is known to hold it' : heldBy(value, 'it');
    },
    copy: ({ kind, name }: Copy) => COPY[kind](name),
    same: 'not counted: it is the same computer',
    kitsApart: 'Your recovery kits',
    kitsApartWhy: 'not counted: they also need the server, which is on this computer',
    fewest:
      'For the file with the fewest copies. Colleagues’ computers may hold it, too; they are not counted.',
    thin: (value: number) => `${plural(value, 'file', 'files')} on one computer at most`,
    held: (value: number) => (value === 0 ? 'nobody known' : plural(value, 'computer', 'computers')),
    more: (value: number) => `and ${plural(value, 'more file', 'more files')}`,
    todo: 'What to do',
    kits: 'Print your recovery kit. It works without any of your computers.',
    kitsDo: 'Print it…',
    prove: 'Prove on the page Security that you keep your printed kit. Until then it is not counted.',
    computer: 'Add another computer of yours. It can open everything that you can.',
    computerDo: 'Add a computer…',
    colleague: 'Add a colleague. Their computers can then open it, too.',
    colleagueDo: 'Add a colleague…',
    server: 'Connect a server on another computer. It keeps a copy that it cannot read.',
    serverDo: 'Connect a server…',
    serverElsewhere:
      'The server keeps its copy on this computer. Ask whoever looks after the server to keep it on another one.',
    wait: 'What is still being sent will soon be on the server, too. Stay connected until then.',
    keepHere: 'Open once on this computer what only the server is known to hold, or save a copy of it.',
    single: 'There is only one way to its key. If that is lost, nobody can open it any more',
  },

  /** What opens Valise on one computer. */
  waysIn: {
    one: 'What opens Valise on this computer:',
    either: 'Either of these opens Valise on this computer:',
    any: 'Any of these opens Valise on this computer:',
    list: 'What opens Valise on this computer',
    password: 'Password',
    token: (name: string | null) => (name === null ? 'Token' : `Token ${quoted(name)}`),
    onlyToken: 'There is no password here. If the token is lost, only your recovery kits open it.',
    noPassword: 'There is none on this computer: the token opens Valise here, with its PIN.',
    add: 'Add a token…',
    remove: 'Remove the token…',
    atLogin: 'Your log-in on this computer, until Valise is locked',
    openAtLogin: 'Open at log-in…',
    closeAtLogin: 'No longer open at log-in',
    atLoginTitle: 'Open Valise at log-in',
    atLoginPoints: [
      'Until Valise is locked, by you or by itself, the system’s keyring opens it for whoever is logged in as you.',
      'Locking ends that, until you type your password again.',
    ],
    atLoginDo: 'Open at log-in',
    atLoginDoing: 'Asking the keyring…',
    atLoginDone: 'Your log-in opens Valise here, until it is locked.',
    atLoginEnded: 'Your password is asked for again.',

    addTitle: 'Open Valise with a token',
    addText:
      'A security key or smart card with a PIN. Its driver (PKCS#11) has to be on this computer. It opens Valise on this computer only.',
    how: 'What the token is for',
    beside: 'As well as the password',
    besideHint: 'Either opens Valise. Whoever guesses the password still gets in.',
    instead: 'Instead of the password',
    insteadHint:
      'The password no longer opens Valise. If the token is lost or breaks, only your recovery kits do.',
    insteadNoKit: 'Print your recovery kit first. Without it, nobody can let you in if the token is lost.',
    insteadUnproven:
      'You have not proven that you keep your kit. Without it, nobody can let you in if the token is lost.',
    addDo: 'Add the token',
    adding: 'Adding the token…',
    added: 'The token opens Valise here, too.',
    addedInstead: 'The token opens Valise here now. The password no longer does.',

    removeTitle: (name: string | null) =>
      name === null ? 'Remove the token?' : `Remove the token ${quoted(name)}?`,
    removeText: 'It no longer opens Valise here. The password still does.',
    removeTextOnly: 'It no longer opens Valise here. From then on, a password does.',
    removeDo: 'Remove the token',
    removing: 'Removing…',
    removed: 'The token no longer opens Valise here.',
  },

  passwordAndKeys: {
    title: 'Password and keys',
    open: 'Password and keys…',
    passwordTitle: 'Change the password',
    passwordText: 'Any recovery kit you have stays good.',
    current: 'Your password now',
    currentMissing: 'Please type the password you have now.',
    fresh: 'New password',
    repeat: 'New password again',
    same: 'This is the password you have now. Choose another.',
    different: 'This is not the same as above. Please type it again.',
    change: 'Change the password',
    changing: 'Changing…',
    changed: 'The password is changed. Any recovery kit you have stays good.',
    keysTitle: 'Your keys',
    accountKey: 'Account key',
    masterKey: 'Master key',
    version: (version: number) => `version ${n(version)}`,
    guess: (mebibytes: number, passes: number) =>
      `A guess of the password costs ${n(mebibytes)} MiB of memory and ${plural(passes, 'pass', 'passes')} over it.`,
    behind: (folders: number) =>
      folders === 1
        ? '1 folder still uses the key before.'
        : `${n(folders)} folders still use the key before.`,
    newKey: 'New account key',
    makingKey: 'Making it…',
    newKeyText: 'Your folders’ keys change after it, one by one. Password, kits and files stay as they are.',
    newKeyMade: (version: number) => `Your account key is new: version ${n(version)}.`,
    suspectTitle: 'Somebody may know my password',
    suspectText: 'Then a new password alone is not enough: what it opened has to be new as well.',
    suspectDo: 'Make everything new…',
    renewText: 'All that the password opened is made new. Files stay as they are. It takes a few seconds.',
    renewPoints: [
      'A new password for this computer.',
      'New keys for you. Your folders’ keys change after them.',
      'Any recovery kit you have opens nothing any more. You print anew next.',
    ],
    renew: 'Make everything new',
    renewing: 'Making everything new…',
  },

  computers: {
    title: 'Your computers',
    list: 'Computers of your account',
    name: (name: string | null) => computerName(name),
    here: 'this computer',
    online: 'connected now',
    seen: (moment: number | null): string => (moment === null ? 'never seen' : `last seen ${since(moment)}`),
    add: 'Add a computer…',
    menu: (name: string | null) => `Actions for ${computerName(name)}`,
    rename: 'Rename…',
    remove: 'Remove…',
    fingerprint: 'Fingerprint',
    removed: (value: number) => `Removed (${n(value)})`,
    couldOpen: 'What it could open…',
    couldOpenNamed: (name: string | null) => `What it could open… (${computerName(name)})`,
    renameTitle: 'Rename computer',
    renameText: 'You see this name on all your computers.',
    renameName: 'Name',
    renameDo: 'Rename',
  },

  addComputer: {
    title: 'Add a computer',
    why: 'The other computer will open everything that you can, so Valise makes sure that it is you who asks.',
    name: 'Name of this computer',
    nameHint: 'It has none yet. So that you know it among your others.',
    go: 'Make a code',
    making: 'Making…',
    codeTitle: 'Type this code on the other computer',
    how: 'On your other computer, open Valise, choose “I use Valise on another computer”, and type this code.',
    code: 'Code',
    spelled: (groups: string[]) => `Code: ${groups.map((group) => [...group].join(' ')).join(', ')}`,
    copyCode: 'Copy code',
    copyLink: 'Copy link',
    address: 'Address',
    qr: 'QR code of the link: the code and the address in one',
    waiting: 'Waiting for the other computer…',
    left: (seconds: number) => `${n(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')} left`,
    once: 'It works once. Whoever has it can become one of your computers: show it to nobody.',
    over: 'This code has run out',
    overText: 'It is good for ten minutes. Nothing was changed.',
    another: 'Make a new code',
    done: (name: string | null) =>
      `${name === null ? computerName(name) : quoted(name)} is now one of your computers`,
    doneText: 'It opens everything that you can open. Your files come to it by themselves.',
    noServer: 'Your other computer cannot reach this one yet',
    noServerText:
      'Your workspace lives on this computer alone. Connect it to a server, and you can add another.',
  },

  removeComputer: {
    title: (name: string | null) => `Remove ${name === null ? computerName(name) : quoted(name)}?`,
    points: [
      'It is refused at once: nothing is sent to it or taken from it.',
      'Your keys and your folders’ keys change.',
      'Any recovery kit you have stops working. You print anew next.',
    ],
    passwordHint: 'So that nobody else removes your computers.',
    do: 'Remove this computer',
    doing: 'Removing…',
  },

  reach: {
    title: (name: string | null) => `What ${name === null ? computerName(name) : quoted(name)} could open`,
    sum: (versions: number, folders: number, past: boolean): string => {
      const can = past ? 'could' : 'can';
      return versions === 0
        ? `It ${can} open no file.`
        : `It ${can} open ${plural(versions, 'version', 'versions')} of files in ${plural(folders, 'folder', 'folders')}. Assume that whoever has it has read them.`;
    },
    later: (value: number) =>
      value === 1
        ? '1 version came later and is closed to it.'
        : `${n(value)} versions came later and are closed to it.`,
    keyWaits: 'Its key changes before anything new comes.',
    keyChanged: 'Its key has changed, and nothing new has come since.',
    list: 'Folders',
    versions: (value: number) => plural(value, 'version', 'versions'),
    file: (open: number, closed: number): string =>
      [
        open > 0 || closed === 0 ? plural(open, 'version', 'versions') : '',
        closed > 0 ? `${n(closed)} closed` : '',
      ]
        .filter((part) => part !== '')
        .join(', '),
    more: (value: number) => `and ${plural(value, 'more file', 'more files')}`,
  },

  forget: {
    open: 'Remove Valise’s data from this computer…',
    cardTitle: 'Leaving this computer',
    cardText:
      'All that Valise keeps here goes away. If this is your only computer, only both recovery kits, or one and your officers’ help, open your files again.',
    removedTitle: 'This computer was removed from your account',
    removedSafe:
      'Nothing is sent to it or taken from it any more. Your files are safe with your other computers and your colleagues.',
    title: 'Remove Valise’s data from this computer?',
    text: 'Your keys, the list of your files and what is kept of them here go away. Copies that you saved outside Valise stay. This cannot be undone.',
    warning:
      'If this is your only computer, only both recovery kits, or one and your officers’ help, open your files again. Only what you share stays, with those you share it with.',
    unsent: 'Some of it is on this computer only and was not sent yet: that is lost.',
    name: (workspace: string) => `To be sure, type the name of the workspace: ${displayName(workspace)}`,
    different: (workspace: string) => `This is not the name. Please type ${displayName(workspace)}.`,
    do: 'Remove the data',
    doing: 'Removing…',
    done: 'Valise’s data is removed from this computer.',
    kept: 'Nothing was removed.',
  },

  moveTo: {
    title: (names: string[]) => `Move ${things(names, 'item', 'items')}`,
    text: (folder: string) => `Inside ${quoted(folder)}.`,
    top: (folder: string) => `Top of ${displayName(folder)}`,
    do: 'Move here',
    none: 'No subfolders here.',
    into: (name: string) => `Open ${displayName(name)}`,
    list: 'Subfolders',
  },

  /** Rows carried by the pointer. */
  moveBy: {
    items: (value: number) => plural(value, 'item', 'items'),
    into: (to: string) => `Move to ${quoted(to)}`,
    otherFolder: (folder: string) => `Moves only within ${quoted(folder)}`,
    otherFolderText: 'Nothing was moved. Files move within their own folder: another one has other people.',
    severalFolders: 'These are from several folders',
    severalFoldersText: 'Nothing was moved. What lies in several folders is moved folder by folder.',
  },

  purge: {
    title: (names: string[]) => `Delete ${things(names, 'item', 'items')} for good?`,
    text: 'It goes away for everybody in the folder, with all its versions. This cannot be undone.',
    do: 'Delete for good',
  },

  emptyTrash: {
    title: (value: number) => `Delete ${plural(value, 'item', 'items')} for good?`,
    text: 'All that lies in the trash goes away for everybody in its folder, with all its versions. This cannot be undone.',
    do: 'Empty trash',
  },

  trash: {
    title: 'Trash',
    summary: (value: number) => (value === 0 ? 'Nothing to put back' : plural(value, 'item', 'items')),
    restore: 'Put back',
    from: 'Was in',
  },

  recent: { title: 'Recent', summary: 'Changed last, in all your folders' },

  peopleView: {
    title: 'People',
    summary: (value: number) => plural(value, 'person in this workspace', 'people in this workspace'),
    name: 'Name',
    officer: 'officer',
    officers: 'Officers let people into the workspace and close accounts. They cannot read anything by that.',
    onlyOfficer:
      'You are the only officer. If you lose your computers and kits, nobody can let people in: name a second one.',
    menu: (name: string) => `Actions for ${displayName(name)}`,
    makeOfficer: 'Make an officer…',
    endOfficer: 'No officer any more…',
    close: 'Close account…',
    now: 'Now',
    online: 'online',
    away: 'away',
    fingerprint: 'Fingerprint',
    number: 'Safety number',
    compare:
      'To be sure that somebody is who they say, compare safety numbers with them: “not verified” beside a name leads there.',
    alone: 'Only you are here',
    aloneText: 'Share a folder to bring in colleagues.',
    invite: 'Share a folder',
    copyFingerprint: (name: string) => `Copy safety number of ${displayName(name)}`,
  },

  security: {
    title: 'Security',
    summary: 'What is protected, what is not, and what happened',
    protectedTitle: 'Protected',
    protected: [
      'What is in files, and their names, can be read by the people in the folder and by nobody else. Not by the server, nor by whoever runs it.',
      'Every change is signed by the computer it was made on. What cannot be verified is not opened, and you are told.',
      'While Valise is locked, what is inside stays closed, even to a thief of this computer.',
    ],
    notTitle: 'Not protected',
    not: [
      'What somebody has opened or saved stays with them after they are removed from a folder. Every member can read a folder’s whole history.',
      'The server sees who is in the workspace, who shares with whom and when, and exact sizes.',
      'Copies you save outside Valise are not encrypted by it. While it is unlocked, trust the computer it runs on.',
    ],
    lockTitle: 'Locking by itself',
    lockLabel: 'When nobody is here for',
    lockAfter: (minutes: number): string => {
      if (minutes === 0) return 'Never by the clock';
      return minutes === 60 ? 'One hour' : plural(minutes, 'minute', 'minutes');
    },
    lockText:
      'Also when the screen locks or the computer sleeps. Transfers are finished first, but not before sleep. By the clock it also waits while a file is open in another program; with the screen, such a file is closed.',
    recoveryTitle: 'If you forget the password',
    recoveryTitleToken: 'If the token is lost',
    recoveryNoneToken:
      'There is no recovery kit yet, so a lost token is final: nobody can let you in, not a colleague, not the server, not we.',
    recoveryNone:
      'There is no recovery kit yet, so a forgotten password is final: nobody can reset it, not a colleague, not the server, not we.',
    recovery: 'Any two of these open Valise on this computer:',
    recoveryFew: (helped: boolean): string =>
      helped
        ? 'If you lose all your computers, your kit and your officers’ help open your account on a new one.'
        : 'If you lose all your computers, both kits together open your account on a new one.',
    help: 'Help from your workspace',
    helpState: (escrow: Escrow) => HELP_STATE[escrow],
    rehearse: 'Rehearse a recovery…',
    keyring: 'Keyring',
    keyringState: (keyring: KeyringState) => KEYRING_STATE[keyring],
    keptOn: (moment: number) => `kept, proven on ${calendarDay(new Date(moment))}`,
    notProven: 'not proven to be kept',
    prove: (kit: KitName) => `I have kit ${kit.toUpperCase()} here`,
    makeKits: 'Print your recovery kit…',
    newKits: 'Make new kits…',
    newKit: 'Make a new kit…',
    checkKit: 'Is my kit still good?',
    fingerprints: 'Fingerprints',
    fingerprintsText: 'Compare them by eye or voice with what a colleague sees.',
    workspace: 'Workspace',
    account: 'Your account',
    device: 'This computer',
    catalog: 'Server',
    events: 'What happened',
    noEvents: 'Nothing that you should look at.',
    alarm: 'alarm',
    note: 'note',
    copyNamed: (what: string) => `Copy: ${what}`,
  },

  keys: {
    title: 'Keyboard',
    list: [
      ['↑ ↓', 'Select'],
      ['Shift + ↑ ↓', 'Select more'],
      ['Type a name', 'Find in the list'],
      ['Enter', 'Open'],
      ['Space', 'Look at a file here'],
      ['Ctrl + I', 'Show or hide details'],
      ['F2', 'Rename'],
      ['Delete', 'Move to trash'],
      ['Backspace, Alt + ↑', 'One level up'],
      ['Ctrl + Z', 'Undo'],
      ['Ctrl + A', 'Select all'],
      ['Ctrl + F', 'Search'],
      ['Ctrl + N', 'New subfolder'],
      ['Ctrl + Shift + N', 'New folder'],
      ['Ctrl + L', 'Lock'],
      ['Shift + F10', 'Menu'],
      ['Ctrl + plus, minus, 0', 'Larger, smaller, as usual'],
      ['Ctrl + ,', 'Settings'],
      ['F1, ?', 'This overview'],
    ] as [string, string][],
    /** As they stand beside an entry of a menu. */
    mark: {
      open: '⏎',
      details: 'Ctrl+I',
      preview: 'Space',
      rename: 'F2',
      remove: 'Del',
      newSubfolder: 'Ctrl+N',
      selectAll: 'Ctrl+A',
      lock: 'Ctrl+L',
      settings: 'Ctrl+,',
    },
  },

  settings: {
    title: 'Settings',
    open: 'Settings…',
    summary: 'For this computer only',
    appearance: 'Appearance',
    theme: 'Theme',
    motionHint: 'Movement is left out where the system asks for that.',
    language: 'Language',
    zoom: 'Size of everything',
    zoomed: (percent: number) => `${n(percent)} %`,
    languageAsSystem: (name: string) => `As the system (${name})`,
    notifications: 'Notifications',
    notify: 'When something is new and nobody looks at the window',
    notifyChoice: {
      folders: 'Say how many files, and where',
      nameless: 'Say only that there is something',
      off: 'Say nothing',
    } satisfies Record<Notifications, string>,
    notifyHint: 'While Valise is locked it says nothing at all.',
    background: 'In the background',
    keepRunning: 'Keep running when the window is closed',
    keepRunningHint: 'An icon in the panel stays. Where the panel shows no such icons, closing ends Valise.',
    startAtLogin: 'Start when I log in',
    startAtLoginHint:
      'Without a window. Nothing is opened before you type your password, unless you chose that on the page Security.',
    storage: 'Storage',
    stored: (value: string) => `${value} on this computer, encrypted`,
    storedFree: (value: string) => `${value} free on the disk`,
    fetched: (value: string) => `${value} of that could be fetched again`,
    cache: 'Files that were fetched may take',
    cacheChoice: (mib: number) =>
      mib === 0 ? 'As much as there is room for' : size(mib * 1024 * 1024, locale),
    cacheHint:
      'What was not used for longest goes first, and is fetched again when you open it. What you added here stays, and so does what you keep on this computer, and whatever has no confirmed copy elsewhere.',
    cacheHosts: 'This computer hosts the workspace: everything stays here.',
    network: 'Network',
    catalog: 'Server',
    noCatalog: 'None: the workspace lives on this computer alone',
    addresses: 'Looked for at',
    catalogHere: 'On this computer',
    state: 'Connection',
    peers: 'Connected to',
    peerCount: (value: number) =>
      value === 0 ? 'Nobody' : plural(value, 'computer or server', 'computers and servers'),
    reached: 'Reached by others',
    notReached: 'No: it calls the server by itself',
    peer: 'Id of this computer’s node',
    copyPeer: 'Copy the id',
    account: 'Account',
    you: 'You are',
    workspace: 'Workspace',
    device: 'This computer is called',
    passwordAndKeys: 'Password and keys…',
    toSecurity: 'Computers and security',
  },

  preview: {
    show: 'Look at it here',
    open: 'Open',
    close: 'Close',
    next: 'Next file',
    previous: 'Previous file',
    of: (at: number, all: number) => `${n(at)} of ${n(all)}`,
    none: 'This kind of file is shown by its own program',
    noneText: 'Here you can look at text, PDF and images: PNG, JPEG, GIF and WebP, up to 32 MB.',
    cut: 'This is the beginning. Open the file to see all of it.',
    empty: 'This file is empty',
    broken: 'This image is damaged, or none',
    page: (at: number, all: number) => `Page ${n(at)} of ${n(all)}`,
    pageBroken: 'This page cannot be shown here.',
    firstPages: (most: number) => `Only the first ${n(most)} are shown here.`,
    larger: 'Larger',
    smaller: 'Smaller',
    percent: (share: number) => `${n(Math.round(share * 100))} %`,
    pdf: {
      broken: 'This PDF is damaged, or none',
      locked: 'This PDF asks for a password',
      slow: 'This PDF takes too long to be shown here',
      empty: 'This PDF has no pages',
    },
    pdfText: 'Open it in its own program, or use “Save as”.',
  },

  notices: {
    label: 'Notices',
    code: 'Code',
    showDetails: 'Details',
    hideDetails: 'Hide details',
    copyDetails: 'Copy details',
    close: 'Close notice',
  },

  trouble: {
    byCode: (code: ErrorCode): Fallback => TROUBLE[code],
    /** What the program says, in this language; none where it can only be told by its code. */
    told: (sentence: string): string | null => sentence,
    loadTitle: 'This could not be read',
    startTitle: 'Valise could not start',
  },
};

export type Words = typeof en;
