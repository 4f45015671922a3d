/**
 * Keys of the folder that is looked at, and file keys on their way under a newer folder key.
 *
 * Invariant: a way that was asked for here is known until its answer, also while nobody looks; one that the engine
 * goes by itself is known while it is told of.
 */
import type { Backend, Event, FolderId, FolderKeys } from '$lib/backend';
import { words } from '$lib/words';
import type { Folders } from './folders.svelte';
import type { Notices } from './notices.svelte';
import { Question } from './question.svelte';

export type Move = { done: number; of: number };

export class Rotation {
  readonly question: Question<FolderKeys>;
  #folder = $state<FolderId | null>(null);
  #moves = $state.raw<ReadonlyMap<FolderId, Move>>(new Map());
  #asked = new Set<FolderId>();

  constructor(
    private readonly backend: Backend,
    private readonly notices: Notices,
    private readonly folders: Folders,
  ) {
    this.question = new Question(() => backend.folderKeys(this.#folder ?? ''));
  }

  async look(folder: FolderId): Promise<void> {
    if (folder !== this.#folder) this.leave();
    this.#folder = folder;
    await this.question.ask();
  }

  leave(): void {
    if (this.#folder !== null && !this.#asked.has(this.#folder)) this.#end(this.#folder);
    this.#folder = null;
    this.question.forget();
  }

  /** How far file keys of the folder have moved; none while they rest. */
  get move(): Move | null {
    return this.#folder === null ? null : (this.#moves.get(this.#folder) ?? null);
  }

  hear(event: Event): void {
    if (event.type === 'folderChanged' && event.folder === this.#folder) void this.question.ask();
    if (event.type === 'rewrapped') this.#moved(event.folder, event);
  }

  async rotate(): Promise<void> {
    await this.#change(
      (folder) => this.backend.rotateFolderKey(folder),
      (keys, name) => words.folderKeys.changed(name, keys.current),
    );
  }

  async rewrap(): Promise<void> {
    const of = this.question.answer?.older ?? 0;
    await this.#change(
      (folder) => this.#rewrap(folder, of),
      (keys) => words.folderKeys.moved(of, keys.current),
    );
  }

  async retire(): Promise<void> {
    await this.#change(
      (folder) => this.backend.retireKeys(folder),
      (keys, name) => words.folderKeys.retired(name, keys.minimum),
    );
  }

  async every(days: number): Promise<void> {
    await this.#change(
      (folder) => this.backend.setRotation(folder, days),
      (keys, name) => words.folderKeys.decided(name, keys.rotateDays),
    );
  }

  forget(): void {
    this.#folder = null;
    this.#moves = new Map();
    this.#asked.clear();
    this.question.forget();
  }

  async #change(
    work: (folder: FolderId) => Promise<FolderKeys>,
    said: (keys: FolderKeys, name: string) => string,
  ): Promise<void> {
    const folder = this.#folder;
    if (folder === null) return;
    await this.notices.guard(async () => {
      const keys = await work(folder);
      this.notices.tell(said(keys, this.folders.nameOf(folder)));
      if (folder !== this.#folder) return;
      this.question.told(keys);
      // Things may have moved on while the answer was on its way, and told of it before it came.
      await this.question.ask();
    });
  }

  async #rewrap(folder: FolderId, of: number): Promise<FolderKeys> {
    this.#asked.add(folder);
    this.#moved(folder, { done: 0, of });
    try {
      return await this.backend.rewrap(folder);
    } finally {
      this.#asked.delete(folder);
      this.#end(folder);
    }
  }

  #moved(folder: FolderId, { done, of }: Move): void {
    if (done < of || this.#asked.has(folder)) {
      this.#moves = new Map(this.#moves).set(folder, { done, of });
      return;
    }
    this.#end(folder);
    if (folder === this.#folder) void this.question.ask();
  }

  #end(folder: FolderId): void {
    const rest = new Map(this.#moves);
    rest.delete(folder);
    this.#moves = rest;
  }
}
