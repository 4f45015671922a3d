/** A drag from outside over the window: how much it carries, and where it would land. Its paths stay in Rust. */
import type { Drag, DropId } from '$lib/backend';
import type { DropTarget } from './drops';

export type Hover = { count: number; target: DropTarget | null };

export class Drags {
  over = $state.raw<Hover | null>(null);
  #count = 0;

  constructor(
    private readonly targetAt: (x: number, y: number) => DropTarget | null,
    private readonly landed: (drop: DropId, target: DropTarget | null) => void,
  ) {}

  hear(drag: Drag): void {
    if (drag.kind === 'leave') {
      this.over = null;
      return;
    }
    const target = this.targetAt(drag.x, drag.y);
    if (drag.kind === 'drop') {
      this.over = null;
      this.landed(drag.drop, target);
      return;
    }
    if (drag.kind === 'enter') this.#count = drag.count;
    this.over = { count: this.#count, target };
  }

  /** Whether a drop now would land exactly there. */
  aims(folder: string, parent: string | null): boolean {
    const target = this.over?.target ?? null;
    return target !== null && target.folder === folder && target.parent === parent;
  }
}
