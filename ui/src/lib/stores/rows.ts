/** Rows of the list: what they are made of and how they are ordered. */
import type { Crumb, Entry, FolderId, Hit, Listing } from '$lib/backend';

export type Row = {
  /** Unique over all folders. */
  key: string;
  folder: FolderId;
  /** Of a row that comes from somewhere else than the place shown. */
  folderName: string | null;
  path: Crumb[];
  entry: Entry;
};

export type Column = 'name' | 'size' | 'changed' | 'by' | 'where' | 'folder';

export type Sorting = { by: Column; down: boolean };

export function keyOf(folder: FolderId, entry: string): string {
  return `${folder}/${entry}`;
}

export function rowsOfListing(listing: Listing): Row[] {
  return listing.entries.map((entry) => ({
    key: keyOf(listing.folder, entry.id),
    folder: listing.folder,
    folderName: null,
    path: listing.path,
    entry,
  }));
}

export function rowsOfHits(hits: Hit[]): Row[] {
  return hits.map(({ folder, folderName, path, entry }) => ({
    key: keyOf(folder, entry.id),
    folder,
    folderName,
    path,
    entry,
  }));
}

const PLACES = ['problem', 'waiting', 'sending', 'fetching', 'hereAlone', 'here', 'onDemand'];

/** By name, directories come first; ties fall to the name. None: the order of the answer. */
export function comparing(sorting: Sorting | null, locale: string): ((a: Row, b: Row) => number) | null {
  if (sorting === null) return null;
  const names = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  const byName = (a: Row, b: Row) => names.compare(a.entry.name, b.entry.name);
  const compare: Record<Column, (a: Row, b: Row) => number> = {
    name: (a, b) => kindOrder(a) - kindOrder(b),
    size: (a, b) => a.entry.size - b.entry.size,
    changed: (a, b) => a.entry.changed - b.entry.changed,
    by: (a, b) => names.compare(a.entry.by, b.entry.by),
    where: (a, b) => PLACES.indexOf(a.entry.place.type) - PLACES.indexOf(b.entry.place.type),
    folder: (a, b) => names.compare(a.folderName ?? '', b.folderName ?? ''),
  };
  const turn = sorting.down ? -1 : 1;
  if (sorting.by === 'name') return (a, b) => compare.name(a, b) || turn * byName(a, b);
  return (a, b) => turn * compare[sorting.by](a, b) || byName(a, b);
}

/** The rows of now in the order of before, as far as they were there: almost sorted, if they were. */
export function inOrderOf(before: readonly Row[], now: readonly Row[]): Row[] {
  const left = new Map<string, Row>();
  for (const row of now) left.set(row.key, row);
  const ordered: Row[] = [];
  for (const { key } of before) {
    const row = left.get(key);
    if (row === undefined) continue;
    ordered.push(row);
    left.delete(key);
  }
  for (const row of left.values()) ordered.push(row);
  return ordered;
}

function kindOrder(row: Row): number {
  return row.entry.kind === 'directory' ? 0 : 1;
}

/** Which way a column is first sorted when it is chosen: numbers and dates from the top. */
export function firstWay(column: Column): Sorting {
  return { by: column, down: column === 'size' || column === 'changed' };
}
