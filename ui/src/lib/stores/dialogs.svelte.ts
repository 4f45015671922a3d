/** The one dialog that is open, and what it is about. */
import type { FolderId, KitStatus, Kits, Member } from '$lib/backend';
import type { Row } from './rows';

export type Dialog =
  | { kind: 'share'; folder: FolderId }
  | { kind: 'newFolder' }
  | { kind: 'newSubfolder' }
  | { kind: 'renameFolder'; folder: FolderId }
  | { kind: 'move'; rows: Row[] }
  | { kind: 'purge'; rows: Row[] }
  | { kind: 'emptyTrash'; count: number }
  | { kind: 'removeMember'; folder: FolderId; member: Member }
  | { kind: 'attach' }
  /** `made`: they come from a recovery, or from renewed keys; else they are made in the dialog. */
  | { kind: 'kits'; made: Kits | null; renewed?: boolean }
  | { kind: 'proveKit'; kit: KitStatus }
  | { kind: 'checkKit' }
  | { kind: 'folderKeys'; folder: FolderId }
  | { kind: 'passwordAndKeys' }
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
