/** Who can help with a forgotten password, and who asks for that. */
import type { Authority, Backend, DeviceId, Event, RecoveryRequest } from '$lib/backend';
import { Question } from './question.svelte';

export class Helping extends Question<Authority> {
  /** About this very account: somebody may be posing as this person. */
  mine = $derived((this.answer?.requests ?? []).filter((request) => request.mine));
  /** Colleagues who ask this officer. */
  others = $derived((this.answer?.requests ?? []).filter((request) => !request.mine));
  /** Requests that this person knows of: it is they who ask. */
  #known = $state.raw<ReadonlySet<DeviceId>>(new Set());
  #count = 0;

  constructor(backend: Backend) {
    super(() => backend.authority());
  }

  get unknown(): RecoveryRequest[] {
    return this.mine.filter((request) => !this.#known.has(request.device));
  }

  /** "It is me": nothing more is said of it. */
  know(device: DeviceId): void {
    this.#known = new Set([...this.#known, device]);
  }

  hear(event: Event): void {
    if (event.type === 'recoveryChanged') void this.ask();
    if (event.type === 'peopleChanged' && this.answer !== null) void this.ask();
    if (event.type === 'status') this.count(event.status.requests);
  }

  /** So many requests there are by the status: another number than before, and they are read. */
  count(requests: number): void {
    if (requests === this.#count) return;
    this.#count = requests;
    void this.ask();
  }

  override forget(): void {
    super.forget();
    this.#count = 0;
  }
}
