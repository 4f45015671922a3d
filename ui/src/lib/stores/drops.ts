/**
 * Where a drop would land. Elements say it themselves: `data-drop-folder`, and `data-drop-entry` for a
 * directory inside it. The innermost one under the pointer counts.
 */
import type { EntryId, FolderId } from '$lib/backend';

export type DropTarget = { folder: FolderId; parent: EntryId | null };

export function dropTargetAt(x: number, y: number): DropTarget | null {
  const found = document.elementFromPoint?.(x, y)?.closest<HTMLElement>('[data-drop-folder]');
  const folder = found?.dataset.dropFolder;
  if (found == null || folder === undefined || folder === '') return null;
  return { folder, parent: found.dataset.dropEntry ?? null };
}
