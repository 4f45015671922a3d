/**
 * Which rows are selected and which one is current. Rows are named by key, so that a selection survives
 * sorting, a sync and the rows that come and go with it.
 */
import type { Row } from './rows';

export class Selection {
  keys = $state.raw<ReadonlySet<string>>(new Set());
  current = $state.raw<string | null>(null);
  /** The row whose name is being edited. */
  renaming = $state.raw<string | null>(null);
  #anchor: string | null = null;
  #index: Map<string, number> = $derived.by(() => new Map(this.rows().map((row, at) => [row.key, at])));
  chosen: Row[] = $derived.by(() => {
    if (this.keys.size === 0) return [];
    return this.rows().filter((row) => this.keys.has(row.key));
  });

  constructor(private readonly rows: () => Row[]) {}

  indexOf(key: string | null): number {
    return key === null ? -1 : (this.#index.get(key) ?? -1);
  }

  get currentIndex(): number {
    return this.indexOf(this.current);
  }

  get currentRow(): Row | null {
    return this.rows()[this.currentIndex] ?? null;
  }

  only(key: string): void {
    this.keys = new Set([key]);
    this.current = key;
    this.#anchor = key;
  }

  toggle(key: string): void {
    const next = new Set(this.keys);
    if (!next.delete(key)) next.add(key);
    this.keys = next;
    this.current = key;
    this.#anchor = key;
  }

  /** From the anchor to here, and nothing else. */
  extendTo(key: string): void {
    const from = this.indexOf(this.#anchor ?? key);
    const to = this.indexOf(key);
    if (from < 0 || to < 0) return this.only(key);
    const span = this.rows().slice(Math.min(from, to), Math.max(from, to) + 1);
    this.keys = new Set(span.map((row) => row.key));
    this.current = key;
  }

  /** Moves the current row without choosing it. */
  point(key: string): void {
    this.current = key;
  }

  rename(key: string | null): void {
    this.renaming = key;
  }

  all(): void {
    this.keys = new Set(this.rows().map((row) => row.key));
    this.current ??= this.rows()[0]?.key ?? null;
    this.#anchor ??= this.current;
  }

  clear(): void {
    this.keys = new Set();
    this.current = null;
    this.renaming = null;
    this.#anchor = null;
  }

  /** After the rows changed: what went away is no longer chosen, and the current row stays about where it was. */
  retain(before: readonly Row[]): void {
    const rows = this.rows();
    const kept = [...this.keys].filter((key) => this.#index.has(key));
    if (kept.length !== this.keys.size) this.keys = new Set(kept);
    if (this.#anchor !== null && !this.#index.has(this.#anchor)) this.#anchor = null;
    if (this.current === null || this.#index.has(this.current)) return;
    const was = before.findIndex((row) => row.key === this.current);
    this.current = rows[Math.min(Math.max(was, 0), rows.length - 1)]?.key ?? null;
  }
}
