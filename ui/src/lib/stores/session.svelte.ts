/** Where we stand: new, locked, waiting, open; and what the status line shows. */
import {
  Trouble,
  type Asking,
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
  /** Kits that came of something, until they are put away. They are told once: no view that comes and goes holds them. */
  newKits = $state.raw<NewKits | null>(null);
  /** Valise closes or opens while something else is under way; the stage on screen stays until that is done. */
  #steady = false;

  constructor(private readonly backend: Backend) {}

  get stage(): Stage['type'] | null {
    return this.status?.stage.type ?? null;
  }

  /** How often the program has told how things stand. */
  #told = 0;

  async read(): Promise<void> {
    try {
      // An answer may be older than what is told while it is awaited.
      let [status, told]: [Status | null, number] = [null, -1];
      while (told !== this.#told) {
        told = this.#told;
        status = await this.backend.status();
      }
      this.status = status;
      this.trouble = null;
    } catch (thrown) {
      this.trouble = Trouble.from(thrown);
    }
  }

  hear(event: Event): void {
    if (event.type !== 'status') return;
    this.#told += 1;
    if (this.#steady && event.status.stage.type !== this.stage) return;
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

  async unlockWithToken(pin: string): Promise<void> {
    await this.backend.unlockWithToken(pin);
    await this.read();
  }

  /** Opens without the password. */
  async recover(codes: string[], password: string): Promise<void> {
    await this.#withKits('recovered', () => this.backend.recover(codes, password));
  }

  /** Opens the account on a new computer. */
  async recoverAccount(
    codes: [string, string],
    catalog: string,
    name: string | null,
    password: string,
    alone: boolean,
  ): Promise<void> {
    await this.#withKits('recovered', () =>
      this.backend.recoverAccount(codes, catalog, name, password, alone),
    );
    this.link = null;
  }

  /** Asks officers for help; the answer is awaited on a screen of its own. */
  async askRecovery(asking: Asking): Promise<void> {
    await this.backend.askRecovery(asking);
    this.link = null;
    await this.read();
  }

  /** Opens with what the officers have released. */
  async finishRecovery(password: string): Promise<void> {
    await this.#withKits('recovered', () => this.backend.finishRecovery(password));
  }

  /** Asks no more. */
  async giveUpAsking(): Promise<void> {
    try {
      await this.backend.forgetAsked();
    } finally {
      await this.read();
    }
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
      await this.#withKits(why, make);
    } finally {
      this.renewing = false;
    }
  }

  async #withKits(why: NewKits['why'], make: () => Promise<Kits>): Promise<void> {
    this.#steady = true;
    try {
      this.newKits = { kits: await make(), why };
    } finally {
      // Should it be in another stage than it ought to, that is told now.
      await this.read();
      this.#steady = false;
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
    this.newKits = null;
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
