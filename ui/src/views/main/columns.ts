/** Which columns a place shows. */
import type { Spot } from '$lib/stores/navigation.svelte';
import type { Column } from '$lib/stores/rows';
import { words } from '$lib/words';

export type Shape = 'folder' | 'hits' | 'trash';

export function shapeOf(spot: Spot, searching: boolean): Shape {
  if (spot.view === 'trash') return 'trash';
  return spot.view === 'folder' && !searching ? 'folder' : 'hits';
}

export const COLUMNS: Record<Shape, Column[]> = {
  folder: ['name', 'size', 'changed', 'by', 'where'],
  hits: ['name', 'folder', 'changed', 'by', 'where'],
  trash: ['name', 'folder', 'size', 'changed'],
};

export function heading(column: Column, shape: Shape): string {
  return column === 'folder' && shape === 'trash' ? words.trash.from : words.list[column];
}
