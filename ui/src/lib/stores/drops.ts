/**
 * Where a drop would land. Elements say it themselves: `data-drop-folder`, and `data-drop-entry` for a
 * directory inside it. The innermost one under the pointer counts. What rows of the list may be carried to says so by
 * `data-move-folder` and `data-move-entry`.
 */
import type { EntryId, FolderId } from '$lib/backend';

export type DropTarget = { folder: FolderId; parent: EntryId | null };

export function dropTargetAt(x: number, y: number): DropTarget | null {
  const found = under(x, y)?.closest<HTMLElement>('[data-drop-folder]');
  const folder = found?.dataset.dropFolder;
  if (found == null || folder === undefined || folder === '') return null;
  return { folder, parent: found.dataset.dropEntry ?? null };
}

export function moveTargetAt(x: number, y: number): DropTarget | null {
  const found = under(x, y)?.closest<HTMLElement>('[data-move-folder]');
  const folder = found?.dataset.moveFolder;
  if (found == null || folder === undefined) return null;
  return { folder, parent: found.dataset.moveEntry ?? null };
}

function under(x: number, y: number): Element | null {
  return document.elementFromPoint?.(x, y) ?? null;
}
