/**
 * Carrying rows by the pointer. Pointer events, and not the page's own drag and drop: that one belongs to the files
 * which come from outside.
 *
 * Invariants: a press is a click until the pointer has gone a few pixels; one carry at a time; however it ends, nothing
 * listens any more.
 */
import type { Moving } from '$lib/stores/moving.svelte';
import type { Row } from '$lib/stores/rows';

/** Pixels that a hand may tremble. */
const TREMBLE = 6;
/** So near to an edge, the list goes on. */
const EDGE = 40;
/** Pixels in a frame at the very edge. */
const FASTEST = 18;
/** Without motion: a row at a time, and as long between two. */
const STEP = 36;
const STEP_MS = 140;

type Surface = {
  /** The rows that go along, once it is clear that they do. */
  rows: () => readonly Row[];
  /** What scrolls under them. */
  scroller: () => HTMLElement | null;
  /** What the pointer belongs to meanwhile: it stays, while rows come and go. */
  holder: () => HTMLElement | null;
  /** It was no click. */
  began: () => void;
};

export class Carry {
  #press: { pointer: number; x: number; y: number } | null = null;
  #carrying = false;
  #frame = 0;
  #stepped = 0;
  #deaf: AbortController | null = null;

  constructor(
    private readonly moving: Moving,
    private readonly surface: Surface,
  ) {}

  /** The button went down on a row. */
  press(event: PointerEvent): void {
    this.end();
    // A finger scrolls.
    if (event.button !== 0 || !event.isPrimary || event.pointerType === 'touch') return;
    this.#press = { pointer: event.pointerId, x: event.clientX, y: event.clientY };
    const { signal } = (this.#deaf = new AbortController());
    const hear = { signal, capture: true };
    window.addEventListener('pointermove', (at) => this.#moved(at), hear);
    window.addEventListener('pointerup', (at) => this.#released(at), hear);
    window.addEventListener('pointercancel', () => this.end(), hear);
    window.addEventListener('blur', () => this.end(), { signal });
    window.addEventListener('keydown', (key) => this.#key(key), hear);
  }

  /** Lets go of everything; nothing is moved. */
  end(): void {
    this.#deaf?.abort();
    this.#deaf = null;
    this.#press = null;
    cancelAnimationFrame(this.#frame);
    if (!this.#carrying) return;
    this.#carrying = false;
    this.moving.forget();
  }

  #moved(event: PointerEvent): void {
    const press = this.#press;
    if (press === null || event.pointerId !== press.pointer) return;
    // The button was let go where nobody could see it.
    if (event.buttons === 0) return this.end();
    const { clientX: x, clientY: y } = event;
    if (this.#carrying) this.moving.over(x, y);
    else if (Math.hypot(x - press.x, y - press.y) >= TREMBLE) this.#begin(x, y);
  }

  #begin(x: number, y: number): void {
    if (!this.moving.begin(this.surface.rows(), x, y)) return this.end();
    this.#carrying = true;
    this.surface.began();
    this.#hold();
    this.#frame = requestAnimationFrame((now) => this.#scroll(now));
  }

  #hold(): void {
    try {
      if (this.#press !== null) this.surface.holder()?.setPointerCapture(this.#press.pointer);
    } catch {
      // A pointer that went away meanwhile: the window hears of it in any case.
    }
  }

  #released(event: PointerEvent): void {
    if (event.pointerId !== this.#press?.pointer) return;
    if (this.#carrying) {
      this.moving.over(event.clientX, event.clientY);
      void this.moving.drop();
    }
    this.end();
  }

  #key(event: KeyboardEvent): void {
    if (!this.#carrying || event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    this.end();
  }

  #scroll(now: number): void {
    const scroller = this.surface.scroller();
    const at = this.moving.carried;
    if (scroller !== null && at !== null) {
      const before = scroller.scrollTop;
      scroller.scrollTop += this.#way(pull(scroller.getBoundingClientRect(), at.x, at.y), now);
      if (scroller.scrollTop !== before) this.moving.again();
    }
    this.#frame = requestAnimationFrame((next) => this.#scroll(next));
  }

  #way(pull: number, now: number): number {
    if (!calm()) return Math.round(pull * FASTEST);
    if (pull === 0 || now - this.#stepped < STEP_MS) return 0;
    this.#stepped = now;
    return Math.sign(pull) * STEP;
  }
}

/** From -1 at the upper edge to 1 at the lower one; beyond an edge as at it, beside the list nothing. */
function pull(box: DOMRect, x: number, y: number): number {
  if (x < box.left || x > box.right || y < box.top - EDGE || y > box.bottom + EDGE) return 0;
  const edge = Math.min(EDGE, box.height / 4);
  if (y < box.top + edge) return -Math.min(1, (box.top + edge - y) / edge);
  if (y > box.bottom - edge) return Math.min(1, (y - box.bottom + edge) / edge);
  return 0;
}

const calm = () => typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches;
