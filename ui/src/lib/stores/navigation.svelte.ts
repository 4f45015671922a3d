/** Which place the window shows, and the way back. */
import type { EntryId, FolderId } from '$lib/backend';

export type Spot =
  | { view: 'folder'; folder: FolderId; parent: EntryId | null }
  | { view: 'recent' | 'trash' | 'people' | 'security' | 'settings' };

export class Navigation {
  at = $state.raw<Spot | null>(null);
  /** The row that is to be selected there, by its key. */
  wanted = $state.raw<string | null>(null);
  #behind: Spot[] = [];
  #ahead: Spot[] = [];

  go(spot: Spot, wanted: string | null = null): void {
    this.wanted = wanted;
    if (sameSpot(this.at, spot)) return;
    if (this.at !== null) this.#behind.push(this.at);
    this.#ahead = [];
    this.at = spot;
  }

  /** Without a way back: the first place, or one that stands in for a place that went away. */
  settle(spot: Spot): void {
    this.at = spot;
  }

  back(): void {
    const before = this.#behind.pop();
    if (before === undefined) return;
    if (this.at !== null) this.#ahead.push(this.at);
    this.at = before;
  }

  forward(): void {
    const after = this.#ahead.pop();
    if (after === undefined) return;
    if (this.at !== null) this.#behind.push(this.at);
    this.at = after;
  }

  forget(): void {
    this.wanted = null;
    this.at = null;
    this.#behind = [];
    this.#ahead = [];
  }
}

export function sameSpot(a: Spot | null, b: Spot | null): boolean {
  if (a === null || b === null || a.view !== b.view) return a === b;
  if (a.view !== 'folder' || b.view !== 'folder') return true;
  return a.folder === b.folder && a.parent === b.parent;
}
