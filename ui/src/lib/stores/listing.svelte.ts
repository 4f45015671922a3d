/**
 * What the list shows: a directory, a search, what is recent, the trash.
 *
 * Invariants: an answer that arrives after another place was chosen is dropped; a reload of the same place
 * keeps the old rows until the new ones are there, so that nothing jumps.
 */
import { Trouble, type Backend, type Crumb, type Event, type FolderId } from '$lib/backend';
import { words } from '$lib/words';
import { sameSpot, type Spot } from './navigation.svelte';
import { firstWay, rowsOfHits, rowsOfListing, sortRows, type Column, type Row, type Sorting } from './rows';

const RECENT = 200;

type Source = { spot: Spot; text: string; everywhere: boolean };

export class Listing {
  path = $state.raw<Crumb[]>([]);
  /** The rows are hits of a search. */
  searched = $state(false);
  /** `blank`: another place was asked for and has not answered. */
  stage = $state<'blank' | 'ready' | 'trouble'>('blank');
  trouble = $state.raw<Trouble | null>(null);
  sorting = $state.raw<Sorting | null>({ by: 'changed', down: true });
  rows: Row[] = $derived.by(() => sortRows(this.#raw, this.sorting, words.locale));
  #raw = $state.raw<Row[]>([]);
  #source: Source | null = null;
  #turn = 0;

  constructor(private readonly backend: Backend) {}

  /** Shows a place, or a search from it. */
  async show(spot: Spot, text = '', everywhere = false): Promise<void> {
    const source: Source = { spot, text, everywhere };
    const before = this.#source;
    this.#source = source;
    if (before === null || !sameSpot(before.spot, spot)) {
      this.#raw = [];
      this.path = [];
      this.searched = false;
      this.stage = 'blank';
      this.sorting = spot.view === 'folder' ? this.#folderSorting : null;
    }
    await this.refresh();
  }

  #folderSorting: Sorting = { by: 'changed', down: true };

  async refresh(): Promise<void> {
    const source = this.#source;
    if (source === null) return;
    const turn = ++this.#turn;
    try {
      const { rows, path } = await this.#read(source);
      if (turn !== this.#turn) return;
      this.#arrange(source);
      this.#raw = rows;
      this.path = path;
      this.trouble = null;
      this.stage = 'ready';
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.trouble = Trouble.from(thrown);
      this.stage = 'trouble';
    }
  }

  hear(event: Event): void {
    if (event.type === 'folderChanged' && this.#concerns(event.folder)) void this.refresh();
    if (event.type === 'foldersChanged' && this.#source?.spot.view !== 'folder') void this.refresh();
  }

  sortBy(column: Column): void {
    const now = this.sorting;
    this.sorting = now?.by === column ? { by: column, down: !now.down } : firstWay(column);
    if (this.#source?.spot.view === 'folder' && this.#source.text === '') this.#folderSorting = this.sorting;
  }

  forget(): void {
    this.#turn += 1;
    this.#source = null;
    this.#raw = [];
    this.path = [];
    this.stage = 'blank';
  }

  #concerns(folder: FolderId): boolean {
    const source = this.#source;
    if (source === null) return false;
    return source.spot.view !== 'folder' || source.everywhere || source.spot.folder === folder;
  }

  /** Hits come in the order of the answer; a folder comes back in its own. */
  #arrange({ spot, text }: Source): void {
    const searched = text !== '';
    if (searched === this.searched) return;
    this.searched = searched;
    this.sorting = spot.view === 'folder' && !searched ? this.#folderSorting : null;
  }

  async #read({ spot, text, everywhere }: Source): Promise<{ rows: Row[]; path: Crumb[] }> {
    if (text !== '') {
      const folder = spot.view === 'folder' && !everywhere ? spot.folder : null;
      return { rows: rowsOfHits(await this.backend.search(folder, text)), path: [] };
    }
    switch (spot.view) {
      case 'folder': {
        const listing = await this.backend.list(spot.folder, spot.parent);
        return { rows: rowsOfListing(listing), path: listing.path };
      }
      case 'recent':
        return { rows: rowsOfHits(await this.backend.recent(RECENT)), path: [] };
      case 'trash':
        return { rows: rowsOfHits(await this.backend.trash(null)), path: [] };
      default:
        return { rows: [], path: [] };
    }
  }
}
