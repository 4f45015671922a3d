/** Transfers under way; those that ended leave, and what was left out is said. */
import { Trouble, type Backend, type Event, type Transfer } from '$lib/backend';
import type { Notices } from './notices.svelte';
import type { Folders } from './folders.svelte';
import { words } from '$lib/words';

export class Transfers {
  #all = $state.raw<ReadonlyMap<number, Transfer>>(new Map());
  running: Transfer[] = $derived(
    [...this.#all.values()].filter((transfer) => transfer.state.type === 'running'),
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
    if (before !== undefined && before.state.type !== 'running') return;
    this.#all = new Map(this.#all).set(transfer.id, transfer);
    if (transfer.state.type !== 'running') this.#sayEnd(transfer);
  }

  async cancel(transfer: number): Promise<void> {
    await this.notices.guard(() => this.backend.cancelTransfer(transfer));
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

/** Seconds until a transfer ends at its present rate; none while that cannot be told. */
export function secondsLeft(transfer: Transfer): number | null {
  if (transfer.rate <= 0 || transfer.bytes <= transfer.bytesDone) return null;
  return (transfer.bytes - transfer.bytesDone) / transfer.rate;
}

export function share(transfer: Transfer): number {
  if (transfer.bytes > 0) return Math.min(1, transfer.bytesDone / transfer.bytes);
  return transfer.files > 0 ? Math.min(1, transfer.filesDone / transfer.files) : 0;
}
