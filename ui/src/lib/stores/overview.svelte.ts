/** People of the workspace, and what somebody should look at. */
import type {
  Backend,
  Event,
  Fingerprints,
  Group,
  OpenInvitation,
  Person,
  Recovery,
  SecurityEvent,
} from '$lib/backend';
import { Question } from './question.svelte';

export class People extends Question<Person[]> {
  constructor(backend: Backend) {
    super(() => backend.people());
  }

  hear(event: Event): void {
    if (event.type === 'peopleChanged') void this.ask();
  }
}

/** Groups of people. */
export class Groups extends Question<Group[]> {
  constructor(backend: Backend) {
    super(() => backend.groups());
  }

  hear(event: Event): void {
    if (event.type === 'peopleChanged' && this.answer !== null) void this.ask();
  }
}

/** Invitations that nobody has used yet. Only officers are answered. */
export class Invitations extends Question<OpenInvitation[]> {
  constructor(backend: Backend) {
    super(() => backend.invitations());
  }

  hear(event: Event): void {
    if (event.type === 'peopleChanged' && this.answer !== null) void this.ask();
  }
}

/** Ways back in without the password. Only asked where it is shown: it looks into the system's keyring. */
export class WaysBack extends Question<Recovery> {
  constructor(backend: Backend) {
    super(() => backend.recovery());
  }
}

export class Security extends Question<{ events: SecurityEvent[]; fingerprints: Fingerprints }> {
  /** Alarms which have not been on the screen yet. */
  unseen = $derived.by(() =>
    (this.answer?.events ?? []).filter((event) => event.alarm && event.at > this.#seenUntil),
  );
  #seenUntil = $state(0);

  constructor(backend: Backend) {
    super(async () => {
      const [events, fingerprints] = await Promise.all([backend.securityEvents(), backend.fingerprints()]);
      return { events: [...events].sort((a, b) => b.at - a.at), fingerprints };
    });
  }

  hear(event: Event): void {
    if (event.type === 'security') void this.ask();
  }

  seen(): void {
    const newest = Math.max(0, ...(this.answer?.events ?? []).map((event) => event.at));
    if (newest > this.#seenUntil) this.#seenUntil = newest;
  }
}
