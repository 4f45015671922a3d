/**
 * Rows on their way to another directory, carried by the pointer: which ones, where the pointer is, and whether they
 * could be let go there.
 *
 * Invariants: rows are known by key, and what went away meanwhile is not moved; nothing is asked of the program before
 * they are let go.
 */
import type { EntryId, FolderId } from '$lib/backend';
import type { Actions } from './actions';
import type { DropTarget } from './drops';
import type { Folders } from './folders.svelte';
import type { Listing } from './listing.svelte';
import type { Row } from './rows';

export type Aim =
  /** They would land there. */
  | { kind: 'into'; folder: FolderId; parent: EntryId | null; name: string }
  /** A move stays in its folder. */
  | { kind: 'otherFolder' }
  /** And so do rows of several folders. */
  | { kind: 'severalFolders' }
  /** Nothing to say: no place, the same place, or inside of what is carried. */
  | { kind: 'nowhere' };

export type Carried = { rows: readonly Row[]; keys: ReadonlySet<string>; x: number; y: number; aim: Aim };

const NOWHERE: Aim = { kind: 'nowhere' };

export class Moving {
  carried = $state.raw<Carried | null>(null);

  constructor(
    private readonly actions: Actions,
    private readonly folders: Folders,
    private readonly listing: Listing,
    private readonly placeAt: (x: number, y: number) => DropTarget | null,
    private readonly refused: (aim: Aim) => void,
  ) {}

  /** Answers whether these rows can be carried at all. */
  begin(rows: readonly Row[], x: number, y: number): boolean {
    if (rows.length === 0 || !rows.every((row) => this.actions.mayChange(row.folder))) return false;
    this.carried = { rows, keys: new Set(rows.map((row) => row.key)), x, y, aim: NOWHERE };
    this.over(x, y);
    return true;
  }

  over(x: number, y: number): void {
    if (this.carried === null) return;
    const aim = this.#aimAt(this.placeAt(x, y), this.carried.rows);
    this.carried = { ...this.carried, x, y, aim };
  }

  /** Looks again: what is under the pointer moved. */
  again(): void {
    if (this.carried !== null) this.over(this.carried.x, this.carried.y);
  }

  async drop(): Promise<void> {
    const carried = this.carried;
    this.carried = null;
    if (carried === null) return;
    const { aim, keys } = carried;
    if (aim.kind !== 'into') return this.refused(aim);
    const still = this.listing.rows.filter((row) => keys.has(row.key) && !liesIn(row, aim.parent));
    await this.actions.move(still, aim.parent, aim.name);
  }

  forget(): void {
    this.carried = null;
  }

  /** Whether letting go now would land exactly there. */
  aims(folder: FolderId, parent: EntryId | null): boolean {
    const aim = this.carried?.aim;
    return aim?.kind === 'into' && aim.folder === folder && aim.parent === parent;
  }

  #aimAt(place: DropTarget | null, rows: readonly Row[]): Aim {
    if (place === null) return NOWHERE;
    const { folder, parent } = place;
    if (rows.some((row) => row.folder !== rows[0]?.folder)) return { kind: 'severalFolders' };
    if (rows[0]?.folder !== folder) return { kind: 'otherFolder' };
    if (rows.every((row) => liesIn(row, parent)) || this.#isInside(parent, rows)) return NOWHERE;
    return { kind: 'into', folder, parent, name: this.#nameOf(folder, parent) };
  }

  /** A directory goes neither into itself nor into what it holds. */
  #isInside(parent: EntryId | null, rows: readonly Row[]): boolean {
    if (parent === null) return false;
    const above = this.listing.rows.find((row) => row.entry.id === parent)?.path ?? [];
    const way = new Set([parent, ...above.map((crumb) => crumb.id)]);
    return rows.some((row) => way.has(row.entry.id));
  }

  #nameOf(folder: FolderId, parent: EntryId | null): string {
    if (parent === null) return this.folders.nameOf(folder);
    const crumb = this.listing.path.find((known) => known.id === parent);
    return crumb?.name ?? this.listing.rows.find((row) => row.entry.id === parent)?.entry.name ?? '';
  }
}

const liesIn = (row: Row, parent: EntryId | null) => (row.path.at(-1)?.id ?? null) === parent;
