/** Who takes over folders of somebody who leaves, and what this person's own folders say of it. */
import type { AccountId, Backend, Event, FolderId, Succession } from '$lib/backend';
import { Question } from './question.svelte';

export class Heirs extends Question<Succession> {
  named = $derived(this.answer?.named ?? null);
  /** Who can take over folders of this person's own: new ones begin with them. */
  ready = $derived(this.named === null || this.named.gone || this.named.me ? null : this.named);
  /** Own folders that nothing was decided for, while somebody stands ready. */
  undecided = $derived(
    this.ready === null ? [] : (this.answer?.folders ?? []).filter((folder) => !folder.decided),
  );

  constructor(private readonly backend: Backend) {
    super(() => backend.succession());
  }

  hear(event: Event): void {
    if (event.type === 'peopleChanged' || event.type === 'foldersChanged') void this.ask();
  }

  async name(account: AccountId | null): Promise<void> {
    this.told(await this.backend.nameSuccessor(account));
  }

  /** One after the other: what went through stays, should one of them not. */
  async decide(choices: [FolderId, AccountId | null][]): Promise<void> {
    for (const [folder, account] of choices)
      this.told(await this.backend.setFolderSuccessor(folder, account));
  }
}
