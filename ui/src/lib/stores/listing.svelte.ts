/**
 * What the list shows: a directory, a search, what is recent, the trash.
 *
 * Invariants: an answer that arrives after another place was chosen is dropped; a reload of the same place
 * keeps the old rows until the new ones are there, so that nothing jumps; very many rows are ordered in slices,
 * and the window stays awake.
 */
import { Trouble, type Backend, type Crumb, type Event, type FolderId } from '$lib/backend';
import { words } from '$lib/words';
import { sameSpot, type Spot } from './navigation.svelte';
import {
  comparing,
  firstWay,
  inOrderOf,
  rowsOfHits,
  rowsOfListing,
  type Column,
  type Row,
  type Sorting,
} from './rows';
import { inSlices, sortSteps } from './slices';

const RECENT = 200;

/** So many rows are ordered within a frame. */
const AT_ONCE = 1_000;

type Source = { spot: Spot; text: string; everywhere: boolean };

export class Listing {
  path = $state.raw<Crumb[]>([]);
  /** The rows are hits of a search. */
  searched = $state(false);
  /** `blank`: another place was asked for and has not answered. */
  stage = $state<'blank' | 'ready' | 'trouble'>('blank');
  trouble = $state.raw<Trouble | null>(null);
  sorting = $state.raw<Sorting | null>({ by: 'changed', down: true });
  rows = $state.raw<Row[]>([]);
  /** Another number: something else is shown, and not the same again. */
  shown = $state(0);
  #raw: Row[] = [];
  /** The rows are those of the answer, in some order. */
  #known = false;
  #source: Source | null = null;
  #turn = 0;
  #order = 0;
  #ordering: Promise<void> | null = null;
  #missed = false;

  constructor(private readonly backend: Backend) {}

  /** Shows a place, or a search from it. */
  async show(spot: Spot, text = '', everywhere = false): Promise<void> {
    const source: Source = { spot, text, everywhere };
    const before = this.#source;
    this.#source = source;
    if (before === null || !sameSpot(before.spot, spot)) {
      if (spot.view !== 'folder') this.#shows(null);
      this.#clear();
      this.searched = false;
      this.stage = 'blank';
      this.sorting = spot.view === 'folder' ? this.#folderSorting : null;
    }
    await this.refresh();
    if (this.#source === source) this.shown += 1;
  }

  #folderSorting: Sorting = { by: 'changed', down: true };

  async refresh(): Promise<void> {
    const source = this.#source;
    if (source === null) return;
    const turn = ++this.#turn;
    try {
      const { rows, path } = await this.#read(source);
      if (turn !== this.#turn) return;
      const searched = source.text !== '';
      if (searched !== this.searched) this.sorting = this.#sortingOf(source);
      this.#raw = rows;
      this.#known = false;
      await this.#arrange();
      if (turn !== this.#turn) return;
      this.searched = searched;
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
    const concerned =
      (event.type === 'folderChanged' && this.#concerns(event.folder)) ||
      (event.type === 'foldersChanged' && this.#source?.spot.view !== 'folder');
    if (!concerned) return;
    // A folder that changes all the time would begin to be ordered again and again.
    if (this.#ordering === null) void this.refresh();
    else this.#missed = true;
  }

  sortBy(column: Column): void {
    const now = this.sorting;
    this.sorting = now?.by === column ? { by: column, down: !now.down } : firstWay(column);
    if (this.#source?.spot.view === 'folder' && this.#source.text === '') this.#folderSorting = this.sorting;
    void this.#arrange();
  }

  forget(): void {
    this.#turn += 1;
    this.#source = null;
    this.#clear();
    this.stage = 'blank';
  }

  #clear(): void {
    this.#order += 1;
    this.#ordering = null;
    this.#missed = false;
    this.#raw = [];
    this.rows = [];
    this.path = [];
  }

  #concerns(folder: FolderId): boolean {
    const source = this.#source;
    if (source === null) return false;
    return source.spot.view !== 'folder' || source.everywhere || source.spot.folder === folder;
  }

  /** Hits come in the order of the answer; a folder comes back in its own. */
  #sortingOf({ spot, text }: Source): Sorting | null {
    return spot.view === 'folder' && text === '' ? this.#folderSorting : null;
  }

  /** Until the rows are in the order that was asked for last, whoever asked. */
  async #arrange(): Promise<void> {
    const turn = ++this.#order;
    const compare = comparing(this.sorting, words.locale);
    if (compare === null || this.#raw.length <= AT_ONCE) {
      this.#ordering = null;
      this.#known = true;
      this.rows = compare === null ? this.#raw : [...this.#raw].sort(compare);
      return;
    }
    const steps = sortSteps(this.#known ? this.rows : inOrderOf(this.rows, this.#raw), compare);
    const ordering = inSlices(steps, () => turn === this.#order).then((rows) => {
      if (rows === null || turn !== this.#order) return;
      this.rows = rows;
      this.#known = true;
      this.#ordering = null;
      if (this.#missed) void this.refresh();
      this.#missed = false;
    });
    this.#ordering = ordering;
    await ordering;
    while (this.#ordering !== null) await this.#ordering;
  }

  /** Whether somebody looks at it, the program knows. */
  #shows(folder: FolderId | null): void {
    this.backend.shows(folder).catch(() => undefined);
  }

  async #read({ spot, text, everywhere }: Source): Promise<{ rows: Row[]; path: Crumb[] }> {
    if (text !== '') {
      const folder = spot.view === 'folder' && !everywhere ? spot.folder : null;
      return { rows: rowsOfHits(await this.backend.search(folder, text)), path: [] };
    }
    switch (spot.view) {
      case 'folder': {
        const listing = await this.backend.list(spot.folder, spot.parent);
        this.#shows(spot.folder);
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
