/** Signatures on the file whose details are shown, and one's own keys that sign. */
import type {
  Backend,
  DekId,
  DocumentSignature,
  EntryId,
  Event,
  FolderId,
  Signatures,
  SigningKey,
  Verdict,
} from '$lib/backend';
import { words } from '$lib/words';
import type { Notices } from './notices.svelte';
import { Question } from './question.svelte';
import { keyOf } from './rows';

/** What is wrong with it is to be seen at once. */
export function isBad({ verdict }: { verdict: Verdict }): boolean {
  return verdict !== 'good' && verdict !== 'notChecked';
}

/** Versions that can be exported with what proves something about them. */
export function signedVersions(signatures: DocumentSignature[]): Set<DekId> {
  return new Set(signatures.filter((made) => !isBad(made)).map((made) => made.dekId));
}

export class Signing {
  readonly keys: Question<SigningKey[]>;
  /** The file whose bytes are being read. */
  checking = $state<string | null>(null);
  #at: { folder: FolderId; entry: EntryId } | null = null;
  readonly #shown: Question<Signatures>;

  constructor(
    private readonly backend: Backend,
    private readonly notices: Notices,
  ) {
    this.keys = new Question(() => backend.signingKeys());
    this.#shown = new Question(async () => {
      if (this.#at === null) throw new Error('no file is shown');
      return backend.signatures(this.#at.folder, this.#at.entry, false);
    });
  }

  hear(event: Event): void {
    if (event.type === 'devicesChanged' && this.keys.answer !== null) void this.keys.ask();
  }

  /** The file whose details are shown; asked again when it changes. */
  async look(folder: FolderId, entry: EntryId): Promise<void> {
    this.#at = { folder, entry };
    await this.#shown.ask();
  }

  /** None until they were read. */
  of(folder: FolderId, entry: EntryId): Signatures | null {
    const known = this.#shown.answer;
    return known?.folder === folder && known.entry === entry ? known : null;
  }

  get trouble() {
    return this.#shown.trouble;
  }

  /** Reads the file's bytes and compares them with what was signed. */
  async check(folder: FolderId, entry: EntryId): Promise<void> {
    const key = keyOf(folder, entry);
    if (this.checking !== null) return;
    this.checking = key;
    try {
      await this.notices.guard(async () => {
        const found = await this.backend.signatures(folder, entry, true);
        this.#told(found);
        if (found.signatures.some((made) => made.verdict === 'notChecked'))
          this.notices.tell(words.signatures.notRead(found.name));
      });
    } finally {
      this.checking = null;
    }
  }

  /** `key`: none is this computer's. */
  async sign(
    { folder, entry, version }: { folder: FolderId; entry: EntryId; version: DekId },
    statement: string,
    key: number | null,
    pin: string | null,
  ): Promise<void> {
    this.#told(await this.backend.sign(folder, entry, version, statement, key, pin));
    if (this.keys.answer !== null) void this.keys.ask();
  }

  async newKey(): Promise<void> {
    this.keys.told(await this.backend.rotateSigningKey());
  }

  async addToken(place: string, pin: string): Promise<void> {
    this.keys.told(await this.backend.addTokenSigningKey(place, pin));
  }

  async revoke(version: number): Promise<void> {
    this.keys.told(await this.backend.revokeSigningKey(version));
  }

  forget(): void {
    this.#at = null;
    this.#shown.forget();
    this.keys.forget();
  }

  #told(found: Signatures): void {
    if (this.#at?.folder === found.folder && this.#at.entry === found.entry) this.#shown.told(found);
  }
}
