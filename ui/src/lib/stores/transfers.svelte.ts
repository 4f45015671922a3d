/** Transfers under way or at rest; those that ended leave, and what was left out is said. */
import { Trouble, type Backend, type Event, type Transfer } from '$lib/backend';
import type { Notices } from './notices.svelte';
import type { Folders } from './folders.svelte';
import { words } from '$lib/words';

export class Transfers {
  #all = $state.raw<ReadonlyMap<number, Transfer>>(new Map());
  /** What is not over: what runs first, then what rests. */
  open: Transfer[] = $derived(
    [...this.#all.values()]
      .filter((transfer) => !isOver(transfer))
      .sort((one, other) => Number(isRunning(other)) - Number(isRunning(one)) || one.id - other.id),
  );

  /** They are stopped together, and that is said once. */
  #together = new Set<number>();

  constructor(
    private readonly backend: Backend,
    private readonly notices: Notices,
    private readonly folders: Folders,
  ) {}

  async load(): Promise<void> {
    const list = await this.backend.transfers().catch(() => []);
    this.#all = new Map(list.map((transfer) => [transfer.id, transfer]));
  }

  hear(event: Event): void {
    if (event.type === 'transfer') this.note(event.transfer);
  }

  note(transfer: Transfer): void {
    const before = this.#all.get(transfer.id);
    // An answer to a command may arrive after the event that ended the same transfer.
    if (before !== undefined && isOver(before)) return;
    this.#all = new Map(this.#all).set(transfer.id, transfer);
    const ends = isOver(transfer) || transfer.state.type === 'failed';
    if (ends && before?.state.type !== transfer.state.type) this.#sayEnd(transfer);
  }

  async cancel(transfer: number): Promise<void> {
    await this.notices.guard(() => this.backend.cancelTransfer(transfer));
  }

  async pause(transfer: number): Promise<void> {
    await this.notices.guard(() => this.backend.pauseTransfer(transfer));
  }

  async resume(transfer: number): Promise<void> {
    await this.notices.guard(() => this.backend.resumeTransfer(transfer));
  }

  /** What cannot be paused goes on. */
  async pauseAll(): Promise<void> {
    for (const { id } of this.open.filter(canPause)) await this.pause(id);
  }

  async resumeAll(): Promise<void> {
    for (const { id } of this.open.filter((transfer) => !isRunning(transfer))) await this.resume(id);
  }

  /** A dialog asked first. What ended meanwhile is left as it is. */
  async cancelAll(ids: readonly number[]): Promise<void> {
    let stopped = 0;
    for (const id of ids.filter((wanted) => this.open.some((known) => known.id === wanted))) {
      this.#together.add(id);
      if (await this.notices.guard(() => this.backend.cancelTransfer(id))) stopped += 1;
      else this.#together.delete(id);
    }
    if (stopped > 0) this.notices.tell(words.transfers.stoppedAll(stopped));
  }

  forget(): void {
    this.#together.clear();
    this.#all = new Map();
  }

  #sayEnd(transfer: Transfer): void {
    const folder = this.folders.of(transfer.folder)?.name ?? '';
    const { state } = transfer;
    if (state.type === 'failed') this.notices.trouble(new Trouble(state.error, true));
    const alone = !this.#together.delete(transfer.id);
    if (state.type === 'cancelled' && alone) this.notices.tell(words.transfers.cancelled(folder));
    if (transfer.leftOut.length > 0) {
      this.notices.trouble(
        new Trouble({
          code: 'badInput',
          happened: words.did.leftOut(transfer.leftOut.length),
          safe: words.did.leftOutSafe,
          todo: null,
          details: transfer.leftOut.join('\n'),
        }),
      );
    }
    if (state.type === 'done' && transfer.kind === 'version')
      this.notices.tell(words.did.version(transfer.name));
    if (state.type === 'done' && transfer.kind === 'add' && transfer.leftOut.length === 0) {
      this.notices.tell(words.did.added(transfer.filesDone, folder));
    }
  }
}

export const isRunning = ({ state }: Transfer): boolean => state.type === 'running';

export const canPause = (transfer: Transfer): boolean => isRunning(transfer) && transfer.kept;

/** What failed and is kept can be tried again. */
function isOver({ state, kept }: Transfer): boolean {
  return state.type === 'done' || state.type === 'cancelled' || (state.type === 'failed' && !kept);
}

/** Seconds until a transfer ends at its present rate; none while that cannot be told. */
export function secondsLeft(transfer: Transfer): number | null {
  if (transfer.rate <= 0 || transfer.bytes <= transfer.bytesDone) return null;
  return (transfer.bytes - transfer.bytesDone) / transfer.rate;
}

export type Total = Pick<Transfer, 'files' | 'bytesDone' | 'bytes' | 'rate'> & { seconds: number | null };

/** What runs, taken together: the files that are not done, and as long as the slowest takes, if that can be told of all. */
export function totalOf(running: readonly Transfer[]): Total {
  const sum = (of: (transfer: Transfer) => number) => running.reduce((all, each) => all + of(each), 0);
  const seconds = running.map(secondsLeft);
  return {
    files: sum((each) => Math.max(1, each.files - each.filesDone)),
    bytesDone: sum((each) => Math.min(each.bytesDone, each.bytes)),
    bytes: sum((each) => each.bytes),
    rate: sum((each) => each.rate),
    seconds: seconds.every((each) => each !== null) ? Math.max(0, ...seconds) : null,
  };
}

export function share(transfer: Transfer): number {
  if (transfer.bytes > 0) return Math.min(1, transfer.bytesDone / transfer.bytes);
  return transfer.files > 0 ? Math.min(1, transfer.filesDone / transfer.files) : 0;
}
