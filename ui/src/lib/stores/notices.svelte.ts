/** What the window says by itself: things done, with a way back, and trouble in words. */
import { Trouble } from '$lib/backend';
import type { ErrorCode } from '$lib/backend';
import { words } from '$lib/words';

export type Notice = {
  id: number;
  tone: 'done' | 'trouble';
  text: string;
  safe: string | null;
  todo: string | null;
  code: ErrorCode | null;
  details: string | null;
  action: { label: string; run: () => void } | null;
};

const STAYS_MS = 8_000;
const AT_MOST = 4;

export class Notices {
  list = $state.raw<Notice[]>([]);
  /** How much of the window they cover, in pixels: a page leaves as much room at its end. */
  height = $state(0);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Something is done; goes away by itself. */
  tell(text: string, action: Notice['action'] = null): void {
    const id = this.#push({ tone: 'done', text, safe: null, todo: null, code: null, details: null, action });
    this.#start(id);
  }

  /** Trouble stays until it is closed. */
  trouble(thrown: unknown): void {
    const shown = inWords(Trouble.from(thrown));
    if (shown.code === 'cancelled') return;
    const same = this.list.find((notice) => notice.tone === 'trouble' && notice.text === shown.text);
    if (same !== undefined) this.close(same.id);
    this.#push({ ...shown, tone: 'trouble', action: null });
  }

  /** Runs what a person asked for, and says so if it fails. Answers whether it went well. */
  async guard(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (thrown) {
      this.trouble(thrown);
      return false;
    }
  }

  /** While somebody looks at a notice, it does not go away. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  release(id: number): void {
    if (this.list.some((notice) => notice.id === id && notice.tone === 'done')) this.#start(id);
  }

  close(id: number): void {
    this.hold(id);
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  closeAll(): void {
    for (const notice of this.list) this.close(notice.id);
  }

  #push(notice: Omit<Notice, 'id'>): number {
    const id = this.#next++;
    const oldest = this.list.find((other) => other.tone === 'done');
    if (this.list.length >= AT_MOST) this.close((oldest ?? this.list[0])?.id ?? 0);
    this.list = [...this.list, { ...notice, id }];
    return id;
  }

  #start(id: number): void {
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), STAYS_MS),
    );
  }
}

/**
 * The program's own words come first, since they name what it was about; those of the code stand in for missing ones,
 * and for what cannot be said in the language that is spoken. The details keep what was said, for support.
 */
export function inWords(
  trouble: Trouble,
): Pick<Notice, 'text' | 'safe' | 'todo' | 'details'> & { code: ErrorCode } {
  const { code, happened, safe, todo, details } = trouble.words;
  const { byCode, told } = words.trouble;
  const said = (sentence: string | null) =>
    sentence !== null && trouble.program ? told(sentence) : sentence;
  const text = happened === '' ? null : said(happened);
  if (text !== null) return { code, text, safe: said(safe), todo: said(todo), details };
  const fallback = byCode(code);
  const untold = happened === '' ? [] : [happened, safe, todo];
  return {
    code,
    text: fallback.happened,
    safe: (happened === '' ? said(safe) : null) ?? fallback.safe ?? null,
    todo: (happened === '' ? said(todo) : null) ?? fallback.todo ?? null,
    details: [...untold, details].filter((part) => part !== null).join(' ') || null,
  };
}
