/** The one dialog that is open, and what it is about. */
import type {
  AccountId,
  Device,
  EntryId,
  FolderInvitation,
  FolderId,
  Group,
  KitStatus,
  Member,
  OpenInvitation,
  Person,
  RecoveryRequest,
  SigningKey,
  Version,
} from '$lib/backend';
import type { Row } from './rows';
import type { NewKits } from './session.svelte';

export type Dialog =
  | { kind: 'share'; folder: FolderId }
  | { kind: 'newFolder' }
  | { kind: 'newSubfolder' }
  | { kind: 'renameFolder'; folder: FolderId }
  /** A file, looked at in the window. */
  | { kind: 'preview'; row: Row }
  | { kind: 'move'; rows: Row[] }
  | { kind: 'purge'; rows: Row[] }
  /** `version` none: the newest, whichever that is. */
  | { kind: 'sign'; row: Row; version: Version | null }
  | { kind: 'newSigningKey' }
  | { kind: 'tokenSigningKey' }
  | { kind: 'revokeSigningKey'; key: SigningKey }
  | { kind: 'emptyTrash'; count: number }
  /** All that there were, by id. */
  | { kind: 'stopTransfers'; transfers: number[] }
  | { kind: 'keepFor'; folder: FolderId }
  /** What has not left this computer. */
  | { kind: 'outbox' }
  | { kind: 'removeMember'; folder: FolderId; member: Member }
  | { kind: 'leaveFolder'; folder: FolderId }
  /** `leaving`: they wanted to leave, and may be the only owner. */
  | { kind: 'handOver'; folder: FolderId; leaving: boolean }
  /** Somebody shares a folder. */
  | { kind: 'offer'; offer: FolderInvitation }
  /** Becomes an officer, or is none any more. */
  | { kind: 'officer'; person: Person }
  /** Safety numbers are compared; `share`: from the dialog of this folder, which comes back. */
  | { kind: 'compare'; account: AccountId; share: FolderId | null }
  | { kind: 'closeAccount'; person: Person }
  /** None: a new one. */
  | { kind: 'group'; group: Group | null }
  | { kind: 'removeGroup'; group: Group }
  | { kind: 'withdraw'; invitation: OpenInvitation }
  | { kind: 'attach' }
  /** Where the server answers; `moving`: this computer was it so far. */
  | { kind: 'serverAddress'; moving: boolean }
  /** `made`: they are there already; else they are made in the dialog. */
  | { kind: 'kits'; made: NewKits | null }
  | { kind: 'proveKit'; kit: KitStatus }
  | { kind: 'checkKit' }
  | { kind: 'rehearse' }
  /** Who can help with a forgotten password. */
  | { kind: 'helpers' }
  | { kind: 'rewrapHelp' }
  /** Who takes over folders of somebody who leaves. */
  | { kind: 'nameHeir' }
  | { kind: 'decideHeirs' }
  | { kind: 'endHelp' }
  | { kind: 'approve'; request: RecoveryRequest }
  | { kind: 'folderKeys'; folder: FolderId }
  /** What happened; no row: in all of the folder. */
  | { kind: 'activity'; folder: FolderId; row: Row | null }
  /** Whether it can be lost; no entry: all of the folder. */
  | { kind: 'loss'; folder: FolderId; entry: EntryId | null }
  | { kind: 'passwordAndKeys' }
  | { kind: 'addToken' }
  | { kind: 'removeToken' }
  | { kind: 'openAtLogin' }
  | { kind: 'addComputer' }
  | { kind: 'nameComputer'; device: Device }
  | { kind: 'removeComputer'; device: Device }
  | { kind: 'computerReach'; device: Device }
  | { kind: 'forget' }
  | { kind: 'keys' };

export class Dialogs {
  open = $state.raw<Dialog | null>(null);

  show(dialog: Dialog): void {
    this.open = dialog;
  }

  close(): void {
    this.open = null;
  }
}
