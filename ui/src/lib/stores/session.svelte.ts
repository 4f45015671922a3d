/** Where we stand: new, locked, waiting, open; and what the status line shows. */
import { Trouble, type Backend, type Event, type Kits, type Stage, type Status } from '$lib/backend';

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
  renewed = $state.raw<Kits | null>(null);

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
    this.renewing = true;
    try {
      this.renewed = await this.backend.renewKeys(password, fresh);
    } finally {
      // Should it have stayed locked, that is told now.
      await this.read();
      this.renewing = false;
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
