/**
 * The shapes that cross to Rust, as `crates/engine/src/api.rs` writes them (serde, camelCase).
 * Ids travel as text, times are milliseconds since 1970 (UTC), sizes are bytes.
 */

export type AccountId = string;
export type DeviceId = string;
export type EntryId = string;
export type FolderId = string;
export type InvitationId = string;

export type Stage =
  | { type: 'new' }
  | { type: 'locked' }
  | { type: 'waiting'; inviter: string; folder: string | null }
  | { type: 'open' };

export type Connection = 'none' | 'connecting' | 'inStep' | 'syncing' | 'unreachable' | 'distrusted';

export type Account = {
  name: string;
  workspace: string;
  id: AccountId;
  officer: boolean;
  catalog: string | null;
};

export type Status = {
  stage: Stage;
  account: Account | null;
  connection: Connection;
  online: number;
  waiting: number;
  unheld: number;
};

export type InvitationPreview = {
  workspace: string;
  inviter: string;
  folder: string | null;
  catalog: string;
  fingerprint: string;
  expires: number;
};

export type Invitation = { id: InvitationId; link: string; expires: number };

export type Role = 'owner' | 'editor' | 'viewer';

export type Folder = {
  id: FolderId;
  name: string;
  role: Role;
  personal: boolean;
  people: number;
  files: number;
  unread: number;
  keyChangeWaiting: boolean;
  stopped: boolean;
};

export type Member = {
  account: AccountId;
  name: string;
  role: Role;
  me: boolean;
  joinedByLink: boolean;
  online: boolean;
};

export type Person = {
  account: AccountId;
  name: string;
  officer: boolean;
  me: boolean;
  online: boolean;
  fingerprint: string;
};

export type Crumb = { id: EntryId; name: string };

export type EntryKind = 'file' | 'directory';

export type Place =
  | { type: 'here' }
  | { type: 'onDemand' }
  | { type: 'sending'; percent: number }
  | { type: 'fetching'; percent: number }
  | { type: 'waiting' }
  | { type: 'problem'; words: string };

export type Entry = {
  id: EntryId;
  kind: EntryKind;
  name: string;
  size: number;
  files: number;
  changed: number;
  by: string;
  byMe: boolean;
  mediaType: string;
  versions: number;
  place: Place;
};

export type Listing = { folder: FolderId; path: Crumb[]; entries: Entry[] };

export type Hit = { folder: FolderId; folderName: string; path: Crumb[]; entry: Entry };

export type TransferKind = 'add' | 'fetch';

export type TransferState =
  { type: 'running' } | { type: 'done' } | { type: 'cancelled' } | { type: 'failed'; error: ApiError };

export type Transfer = {
  id: number;
  kind: TransferKind;
  folder: FolderId;
  name: string;
  filesDone: number;
  files: number;
  bytesDone: number;
  bytes: number;
  rate: number;
  state: TransferState;
  leftOut: string[];
};

export type Version = {
  size: number;
  changed: number;
  by: string;
  cid: string;
  dekId: string;
  epoch: number;
  device: DeviceId;
  record: string;
  here: boolean;
};

export type Details = {
  entry: Entry;
  path: Crumb[];
  versions: Version[];
  members: Member[];
  held: boolean;
};

export type Fingerprints = { workspace: string; account: string; device: string; catalog: string | null };

export type SecurityEvent = { at: number; alarm: boolean; words: ApiError };

export type ErrorCode =
  | 'badInput'
  | 'wrongPassword'
  | 'alreadySetUp'
  | 'notSetUp'
  | 'locked'
  | 'waiting'
  | 'inUse'
  | 'notFound'
  | 'badName'
  | 'notAllowed'
  | 'badInvitation'
  | 'offline'
  | 'notAvailable'
  | 'notVerified'
  | 'distrusted'
  | 'updateNeeded'
  | 'diskFull'
  | 'io'
  | 'cancelled'
  | 'timedOut'
  | 'internal';

export type ApiError = {
  code: ErrorCode;
  happened: string;
  safe: string | null;
  todo: string | null;
  details: string | null;
};

export type Event =
  | { type: 'status'; status: Status }
  | { type: 'foldersChanged' }
  | { type: 'folderChanged'; folder: FolderId }
  | { type: 'peopleChanged' }
  | { type: 'transfer'; transfer: Transfer }
  | { type: 'security'; event: SecurityEvent };

/** A number under which Rust remembers the paths of one drop until it is added or forgotten. */
export type DropId = number;

/** A drag over the window. Paths stay in Rust; positions are CSS pixels of the page. */
export type Drag =
  | { kind: 'enter'; count: number; x: number; y: number }
  | { kind: 'over'; x: number; y: number }
  | { kind: 'drop'; drop: DropId; count: number; x: number; y: number }
  | { kind: 'leave' };
