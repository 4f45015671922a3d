/** Where we stand: new, locked, waiting, open; and what the status line shows. */
import {
  Trouble,
  type Backend,
  type DeviceId,
  type Event,
  type Kits,
  type Stage,
  type Status,
} from '$lib/backend';

/** Kits that came of something else than the wish for kits. */
export type NewKits = { kits: Kits; why: 'recovered' | 'renewed' | 'removed' };

export class Session {
  status = $state.raw<Status | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  /** An invitation link that was clicked and not used yet. */
  link = $state.raw<string | null>(null);
  /** First run goes on to the first folder although the stage is open already. */
  settlingIn = $state(false);
  /** Keys are made anew. Valise closes and opens again meanwhile; the window stays as it is. */
  renewing = $state(false);
  /** Kits from that, until they are put away. They are told once, so no view that comes and goes may hold them. */
  renewed = $state.raw<NewKits | null>(null);

  constructor(private readonly backend: Backend) {}

  get stage(): Stage['type'] | null {
    return this.status?.stage.type ?? null;
  }

  async read(): Promise<void> {
    try {
      this.status = await this.backend.status();
      this.trouble = null;
    } catch (thrown) {
      this.trouble = Trouble.from(thrown);
    }
  }

  hear(event: Event): void {
    if (event.type !== 'status') return;
    if (this.renewing && event.status.stage.type === 'locked') return;
    this.status = event.status;
  }

  async create(name: string, password: string, workspace: string, catalog: string | null): Promise<void> {
    this.settlingIn = true;
    try {
      await this.backend.create(name, password, workspace, catalog);
    } catch (thrown) {
      this.settlingIn = false;
      throw thrown;
    }
    await this.read();
  }

  settled(): void {
    this.settlingIn = false;
  }

  async join(link: string, name: string, password: string): Promise<void> {
    await this.backend.join(link, name, password);
    this.link = null;
    await this.read();
  }

  /** Makes this computer one of an account that is open on another. */
  async joinAccount(
    code: string,
    catalog: string | null,
    name: string | null,
    password: string,
  ): Promise<void> {
    await this.backend.joinAccount(code, catalog, name, password);
    this.link = null;
    await this.read();
  }

  async unlock(password: string): Promise<void> {
    await this.backend.unlock(password);
    await this.read();
  }

  /** Opens without the password; what comes back is shown once. */
  async recover(codes: string[], password: string): Promise<Kits> {
    const kits = await this.backend.recover(codes, password);
    await this.read();
    return kits;
  }

  async renew(password: string, fresh: string): Promise<void> {
    await this.#anew('renewed', () => this.backend.renewKeys(password, fresh));
  }

  async removeDevice(device: DeviceId, password: string): Promise<void> {
    await this.#anew('removed', () => this.backend.removeDevice(device, password));
  }

  async #anew(why: NewKits['why'], make: () => Promise<Kits>): Promise<void> {
    this.renewing = true;
    try {
      this.renewed = { kits: await make(), why };
    } finally {
      // Should it have stayed locked, that is told now.
      await this.read();
      this.renewing = false;
    }
  }

  /** All that Valise keeps here goes away; what is left is a first run. */
  async forget(): Promise<void> {
    this.putKitsAway();
    try {
      await this.backend.forget();
    } finally {
      await this.read();
    }
  }

  putKitsAway(): void {
    this.renewed = null;
  }

  async lock(): Promise<void> {
    this.putKitsAway();
    try {
      await this.backend.lock();
    } finally {
      // Locked it is, also when the answer says that a changed file could not be kept.
      await this.read();
    }
  }
}
