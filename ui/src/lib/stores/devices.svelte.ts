/** The computers of one's own account, and how letting in another one ended. */
import type { ApiError, Backend, Device, Event } from '$lib/backend';
import { Question } from './question.svelte';

export type Paired = { name: string | null; trouble: ApiError | null };

export class Devices extends Question<Device[]> {
  /** How the newest code ended; none while it waits. */
  paired = $state.raw<Paired | null>(null);
  /** This one first, then those that are there, then those that were there last. */
  valid = $derived((this.answer ?? []).filter((device) => device.valid).sort(nearestFirst));
  removed = $derived((this.answer ?? []).filter((device) => !device.valid).sort(nearestFirst));
  here = $derived((this.answer ?? []).find((device) => device.here) ?? null);

  constructor(backend: Backend) {
    super(() => backend.devices());
  }

  hear(event: Event): void {
    if (event.type === 'devicesChanged') void this.ask();
    if (event.type === 'paired') this.paired = { name: event.name, trouble: event.trouble };
  }

  override forget(): void {
    super.forget();
    this.paired = null;
  }
}

function nearestFirst(a: Device, b: Device): number {
  return (
    Number(b.here) - Number(a.here) || Number(b.online) - Number(a.online) || (b.seen ?? 0) - (a.seen ?? 0)
  );
}
