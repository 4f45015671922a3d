/**
 * What the interface asks of the program. Components and stores know this and nothing of how it travels.
 *
 * Invariants: every refusal is thrown as a `Trouble` with the words and the code from Rust; no path of the
 * person's disk ever passes through here: dialogs are opened by Rust, drops are named by a number.
 *
 * To change it: add the request to `api.rs`, the command to `src-tauri`, then here, `tauri.ts`, `mock.ts`.
 */
import type {
  AccountId,
  AccountKeys,
  ActivityFilter,
  ActivityFormat,
  ActivityPage,
  ActivityPlace,
  AfterHandOver,
  ApiError,
  AskedRecovery,
  Authority,
  DekId,
  Details,
  Device,
  DeviceId,
  Drag,
  DropId,
  Entry,
  EntryId,
  Event,
  Fingerprints,
  Folder,
  FolderId,
  FolderInvitation,
  FolderKeys,
  Group,
  GroupId,
  Hit,
  HolderChoice,
  Invitation,
  InvitationId,
  InvitationPreview,
  KitCheck,
  KitName,
  Kits,
  Linked,
  Listing,
  Member,
  Outbox,
  Network,
  OpenInvitation,
  Pairing,
  Person,
  Preview,
  Reach,
  Recoverability,
  Recovery,
  Rehearsed,
  Role,
  SecurityEvent,
  Settings,
  Signatures,
  SigningKey,
  Status,
  Storage,
  Succession,
  Transfer,
} from './types';

export type Unlisten = () => void;

/** What is asked of the officers by who cannot get in. */
export type Asking = {
  /** Of a kit; none: the keyring of this computer has its part. */
  code: string | null;
  /** The catalog's address, where this computer knows none. */
  catalog: string | null;
  /** What this computer is to be called, where it is a new one. */
  name: string | null;
  /** The account's other computers are removed. */
  alone: boolean;
  /** One line for the officers. */
  reason: string;
  /** The new password of this computer; asked again at the end. */
  password: string;
};

export interface Backend {
  status(): Promise<Status>;
  /** `catalog` none: a catalog hosted on this computer. */
  create(name: string, password: string, workspace: string, catalog: string | null): Promise<void>;
  attach(catalog: string): Promise<void>;
  inspectInvitation(link: string): Promise<InvitationPreview>;
  join(link: string, name: string, password: string): Promise<void>;
  unlock(password: string): Promise<void>;
  /** With the token of this home. */
  unlockWithToken(pin: string): Promise<void>;
  lock(): Promise<void>;

  /** New recovery kits; they are told once, and those before stop working. */
  makeKits(password: string): Promise<Kits>;
  /** Rust asks where to, and writes a page to be printed; false when the dialog was closed without a choice. */
  saveKit(kit: KitName, code: string): Promise<boolean>;
  /** The two groups that are asked back, from the paper. */
  confirmKit(kit: KitName, groups: string[]): Promise<void>;
  checkKit(code: string): Promise<KitCheck>;
  /** How the ways back in stand; the system's keyring is looked into. */
  recovery(): Promise<Recovery>;
  /** Opens without the password, by two kits or by one and the keyring; gives new kits. */
  recover(codes: string[], password: string): Promise<Kits>;
  /** Goes through a whole recovery in a copy, by one code and the keyring or by two. Nothing is used up; takes seconds. */
  rehearse(codes: string[]): Promise<Rehearsed>;

  /** Who can help with a forgotten password, and who asks for that. */
  authority(): Promise<Authority>;
  /** Only officers decide this; nobody: it ends. */
  setAuthority(holders: HolderChoice[], delayHours: number): Promise<void>;
  /** `place`, `secret`: of a key that is kept elsewhere; no place: where this computer used it before. */
  approveRecovery(device: DeviceId, place: string | null, secret: string | null): Promise<void>;
  /** Makes the key that an address names, on a token or with a service. */
  makeKeeperKey(place: string, secret: string | null): Promise<void>;
  /** Moves what a key kept elsewhere has wrapped under that key's newest version. */
  rewrapAuthority(place: string | null, secret: string | null): Promise<void>;
  refuseRecovery(device: DeviceId): Promise<void>;
  /** Without an account here, or while it is locked; the answer is awaited by `askedRecovery`. */
  askRecovery(asking: Asking): Promise<void>;
  /** How that stands; takes up to some seconds. None: nothing was asked. */
  askedRecovery(): Promise<AskedRecovery | null>;
  /** Once it is ready; gives new kits. Takes seconds, in which Valise opens already. */
  finishRecovery(password: string): Promise<Kits>;
  /** Gives up. */
  forgetAsked(): Promise<void>;

  /** Another password for this computer; the kits stay good. */
  changePassword(password: string, fresh: string): Promise<void>;
  /**
   * Another password, and everything that it opened anew; gives new kits, the old ones open nothing any more.
   * Takes seconds, in which Valise is locked and opened again.
   */
  renewKeys(password: string, fresh: string): Promise<Kits>;
  /** Somebody is here: it does not lock by itself yet. */
  here(): Promise<void>;
  /** What was chosen for this computer. */
  settings(): Promise<Settings>;
  setSettings(settings: Settings): Promise<void>;
  /** What lies on this computer. */
  storage(): Promise<Storage>;
  /** How this computer is reached, and whom it reaches. */
  network(): Promise<Network>;
  /** Only officers decide this: in the order in which they are tried. */
  setCatalogAddresses(addresses: string[]): Promise<Network>;
  /** Copies the catalog that is hosted here for another server, into a directory that is asked for, and hosts it no more.
   * Answers where the copy is; none: the person changed their mind. */
  moveCatalogOut(): Promise<string | null>;
  /** The language that is spoken: what is said outside the window follows. */
  speak(language: string): Promise<void>;

  /**
   * A token opens this computer's Valise from now on, too; `instead`: and the password no longer does. `password` is what
   * opens it now, as wherever it is asked again: in a home without one the PIN of its token.
   */
  addToken(password: string, place: string, pin: string, instead: boolean): Promise<AccountKeys>;
  /** `fresh`: a password, where there is none. */
  removeToken(password: string, fresh: string | null): Promise<AccountKeys>;
  /** The system's keyring opens Valise at log-in, with the password; without, no more. */
  setUnlockAtLogin(password: string | null): Promise<void>;

  accountKeys(): Promise<AccountKeys>;
  /** A new account key; every folder's key changes after it. */
  rotateAccountKey(): Promise<AccountKeys>;

  /** The computers of one's own account, removed ones too. */
  devices(): Promise<Device[]>;
  /** Lets another computer in by a code; `name` is for this one, where it has none. How it ends is an event. */
  pair(password: string, name: string | null): Promise<Pairing>;
  /** The code is not good any more. */
  endPairing(): Promise<void>;
  /** Makes this computer one of an account that is open on another; takes up to a minute. */
  joinAccount(code: string, catalog: string | null, name: string | null, password: string): Promise<void>;
  /**
   * For who has lost every other computer: both kits open the account here. Gives new kits, the old ones are used up.
   * `alone` removes the account's other computers. Takes seconds, in which Valise opens already.
   */
  recoverAccount(
    codes: [string, string],
    catalog: string,
    name: string | null,
    password: string,
    alone: boolean,
  ): Promise<Kits>;
  nameDevice(device: DeviceId, name: string): Promise<void>;
  /** Everything that it could open is made anew; gives new kits, the old ones open nothing any more. */
  removeDevice(device: DeviceId, password: string): Promise<Kits>;
  /** What a computer can open, or could when it was removed. */
  reach(device: DeviceId): Promise<Reach>;
  /** All that Valise keeps on this computer goes away. */
  forget(): Promise<void>;

  folders(): Promise<Folder[]>;
  createFolder(name: string): Promise<Folder>;
  renameFolder(folder: FolderId, name: string): Promise<void>;
  members(folder: FolderId): Promise<Member[]>;
  invite(folder: FolderId, role: Role, days: number): Promise<Invitation>;
  /** Those that nobody has used yet; only officers see them. */
  invitations(): Promise<OpenInvitation[]>;
  /** Its link once more, to the clipboard: the page does not get it. */
  copyInvitation(id: InvitationId): Promise<void>;
  /** Whoever has its link is not let in any more. */
  withdrawInvitation(id: InvitationId): Promise<OpenInvitation[]>;
  addMember(folder: FolderId, account: AccountId, role: Role): Promise<void>;
  setRole(folder: FolderId, account: AccountId, role: Role): Promise<void>;
  removeMember(folder: FolderId, account: AccountId): Promise<void>;
  /** What was read stays known; nothing new of it comes. */
  leave(folder: FolderId): Promise<void>;
  /** Makes somebody an owner, and steps down or leaves. */
  handOver(folder: FolderId, account: AccountId, then: AfterHandOver): Promise<void>;
  /** Folders that others share, and that wait for a word: nothing else of them is here. */
  folderInvitations(): Promise<FolderInvitation[]>;
  acceptFolder(folder: FolderId): Promise<void>;
  declineFolder(folder: FolderId): Promise<void>;
  people(): Promise<Person[]>;
  /** Safety numbers are the same (`number`: theirs, as it was shown), or count as compared no more; on this computer. */
  setVerified(account: AccountId, number: string | null): Promise<Person[]>;
  groups(): Promise<Group[]>;
  /** Only officers decide this; without an id, a new one. */
  setGroup(group: GroupId | null, name: string, members: AccountId[]): Promise<Group[]>;
  removeGroup(group: GroupId): Promise<Group[]>;
  /** Everybody of it who is not in the folder yet; answers how many that were. */
  addGroup(folder: FolderId, group: GroupId, role: Role): Promise<number>;
  /** Only officers decide this; one of them always stays. */
  setOfficer(account: AccountId, officer: boolean): Promise<void>;
  /** Refused at once everywhere, and out of every folder that has another owner. Nobody closes their own. */
  closeAccount(account: AccountId): Promise<void>;

  /** Who takes over folders of somebody whose account is closed, and what own folders say of it. */
  succession(): Promise<Succession>;
  /** Only officers decide this; none: nobody. */
  nameSuccessor(account: AccountId | null): Promise<Succession>;
  /** For a folder that this person alone owns; none: nobody. */
  setFolderSuccessor(folder: FolderId, account: AccountId | null): Promise<Succession>;

  folderKeys(folder: FolderId): Promise<FolderKeys>;
  /** A new key for what comes from now on; content stays as it is. */
  rotateFolderKey(folder: FolderId): Promise<FolderKeys>;
  /** Moves file keys under the newest folder key; answers when all have moved, and tells how far it is meanwhile. */
  rewrap(folder: FolderId): Promise<FolderKeys>;
  /** Nothing under older keys of the folder is kept or accepted any more. */
  retireKeys(folder: FolderId): Promise<FolderKeys>;
  /** The key changes by itself after so many days; 0: only when something demands it. */
  setRotation(folder: FolderId, days: number): Promise<FolderKeys>;

  list(folder: FolderId, parent: EntryId | null): Promise<Listing>;
  search(folder: FolderId | null, text: string): Promise<Hit[]>;
  recent(limit: number): Promise<Hit[]>;
  trash(folder: FolderId | null): Promise<Hit[]>;
  makeDirectory(folder: FolderId, parent: EntryId | null, name: string): Promise<Entry>;
  rename(folder: FolderId, entry: EntryId, name: string): Promise<void>;
  move(folder: FolderId, entries: EntryId[], parent: EntryId | null): Promise<void>;
  remove(folder: FolderId, entries: EntryId[]): Promise<void>;
  restore(folder: FolderId, entries: EntryId[]): Promise<void>;
  purge(folder: FolderId, entries: EntryId[]): Promise<void>;
  /** All that lies in the trash and may be purged by this account. */
  emptyTrash(): Promise<void>;
  /** Things stay in the folder's trash for so many days; 0: until somebody empties it. */
  setTrashPolicy(folder: FolderId, days: number): Promise<Folder>;
  /** Makes an older version, named by its key's id, the newest. */
  restoreVersion(folder: FolderId, entry: EntryId, version: DekId): Promise<void>;
  /** What was taken back, in words; none when there was nothing. */
  undo(): Promise<string | null>;
  /** How large the window shows everything, of a hundred. */
  zoom(percent: number): Promise<void>;
  /** What waits for the catalog, and which files are on their way to it. */
  outbox(): Promise<Outbox>;
  details(folder: FolderId, entry: EntryId): Promise<Details>;
  /** A link for colleagues (no entry: to the folder): ids only, it opens nothing. */
  link(folder: FolderId, entry: EntryId | null): Promise<string>;
  /** Where one leads. */
  followLink(link: string): Promise<Linked>;
  /** What happened, the newest first; `before`: on from where the last page ended. */
  activity(
    folder: FolderId,
    filter: ActivityFilter,
    before: ActivityPlace | null,
    limit: number,
  ): Promise<ActivityPage>;
  /** All of it to a file that Rust asks for; false when the dialog was closed without a choice. */
  exportActivity(folder: FolderId, filter: ActivityFilter, format: ActivityFormat): Promise<boolean>;
  /** A version (none: the newest) to be shown here; takes as long as fetching it. An image's address is good once. */
  preview(folder: FolderId, entry: EntryId, version: DekId | null): Promise<Preview>;
  /** Always on this computer, or no longer. */
  keep(folder: FolderId, entries: EntryId[], keep: boolean): Promise<void>;
  /** This folder, or none, is what the window shows: what is new in it is seen when the window is. */
  shows(folder: FolderId | null): Promise<void>;
  /** How much would have to be lost at once; no entry: all of the folder. */
  recoverability(folder: FolderId, entry: EntryId | null): Promise<Recoverability>;

  /** Rust opens the dialog; none when it was closed without a choice. */
  addFiles(folder: FolderId, parent: EntryId | null): Promise<Transfer | null>;
  /** The same for whole directories. */
  addDirectories(folder: FolderId, parent: EntryId | null): Promise<Transfer | null>;
  addDropped(drop: DropId, folder: FolderId, parent: EntryId | null): Promise<Transfer>;
  /** Forgets the paths of a drop that lands nowhere. */
  forgetDrop(drop: DropId): Promise<void>;
  transfers(): Promise<Transfer[]>;
  cancelTransfer(transfer: number): Promise<void>;
  /** Stops it for now, also over a restart. */
  pauseTransfer(transfer: number): Promise<void>;
  resumeTransfer(transfer: number): Promise<void>;
  /** Fetches, decrypts and opens a version (none: the newest) in the system's program. */
  open(folder: FolderId, entry: EntryId, version: DekId | null): Promise<void>;
  /** The same to a place that Rust asks for; false when the dialog was closed without a choice. */
  save(folder: FolderId, entry: EntryId, version: DekId | null): Promise<boolean>;
  /** The age file and its key, to a place that Rust asks for. */
  exportFile(folder: FolderId, entry: EntryId): Promise<boolean>;

  /** Signs a version (none: the newest); everybody in the folder sees it. Reads the whole file, which takes seconds. */
  sign(
    folder: FolderId,
    entry: EntryId,
    version: DekId | null,
    statement: string,
    /** The version of one's key; none: this computer's. */
    key: number | null,
    /** Where that key is on a token. */
    pin: string | null,
  ): Promise<Signatures>;
  /** Who signed a file, whichever version; `check`: reads the bytes of what was not compared yet. */
  signatures(folder: FolderId, entry: EntryId, check: boolean): Promise<Signatures>;
  /**
   * A version with its good signatures, to a directory that Rust asks for. Answers how many were left out because they
   * are not good; none when the dialog was closed without a choice.
   */
  exportSigned(folder: FolderId, entry: EntryId, version: DekId | null): Promise<number | null>;
  /** One's own keys for signing, of all computers, those that ended too. */
  signingKeys(): Promise<SigningKey[]>;
  /** Another one for this computer; the one before is revoked. */
  rotateSigningKey(): Promise<SigningKey[]>;
  /** Signs with a key on a token from now on, too. It is made there if there is none. */
  addTokenSigningKey(place: string, pin: string): Promise<SigningKey[]>;
  revokeSigningKey(version: number): Promise<SigningKey[]>;

  sync(): Promise<void>;
  securityEvents(): Promise<SecurityEvent[]>;
  fingerprints(): Promise<Fingerprints>;
  copyText(text: string): Promise<void>;

  /** Everything that the engine tells by itself. */
  onEvent(tell: (event: Event) => void): Promise<Unlisten>;
  onDrag(tell: (drag: Drag) => void): Promise<Unlisten>;
  /** A `valise://` link that was clicked, also one clicked before the window was there. */
  onInvitation(tell: (link: string) => void): Promise<Unlisten>;
}

/** A refusal, in words for a person and with a code for the program. */
export class Trouble extends Error {
  /** `program`: the words are the program's own, which speaks English. */
  constructor(
    readonly words: ApiError,
    readonly program = false,
  ) {
    super(words.happened);
    this.name = 'Trouble';
  }

  /** Whatever was thrown, as something that can be shown. */
  static from(thrown: unknown): Trouble {
    if (thrown instanceof Trouble) return thrown;
    if (isApiError(thrown)) return new Trouble(thrown, true);
    return new Trouble({
      code: 'internal',
      happened: '',
      safe: null,
      todo: null,
      details: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown),
    });
  }
}

function isApiError(thrown: unknown): thrown is ApiError {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'happened' in thrown;
}
