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

  forget(): void {
    this.#all = new Map();
  }

  #sayEnd(transfer: Transfer): void {
    const folder = this.folders.of(transfer.folder)?.name ?? '';
    const { state } = transfer;
    if (state.type === 'failed') this.notices.trouble(new Trouble(state.error, true));
    if (state.type === 'cancelled') this.notices.tell(words.transfers.cancelled(folder));
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

/** What failed and is kept can be tried again. */
function isOver({ state, kept }: Transfer): boolean {
  return state.type === 'done' || state.type === 'cancelled' || (state.type === 'failed' && !kept);
}

/** Seconds until a transfer ends at its present rate; none while that cannot be told. */
export function secondsLeft(transfer: Transfer): number | null {
  if (transfer.rate <= 0 || transfer.bytes <= transfer.bytesDone) return null;
  return (transfer.bytes - transfer.bytesDone) / transfer.rate;
}

export function share(transfer: Transfer): number {
  if (transfer.bytes > 0) return Math.min(1, transfer.bytesDone / transfer.bytes);
  return transfer.files > 0 ? Math.min(1, transfer.filesDone / transfer.files) : 0;
}
