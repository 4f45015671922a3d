/** Sorting that lets the window breathe: the same order as `Array.sort`, in steps that may be spread over time. */

/** Below this, steps cost more than they spare. */
const RUN = 64;
const STEP = 1_000;

/** A stable merge sort. Parts that are in order already cost one comparison, so that a list with one new row is quick. */
export function* sortSteps<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<void, T[], void> {
  let from = [...items];
  for (let at = 0; at < from.length; at += RUN) {
    const run = from.slice(at, at + RUN).sort(compare);
    for (const [offset, item] of run.entries()) from[at + offset] = item;
    if (at % STEP < RUN) yield;
  }
  let into = new Array<T>(from.length);
  for (let width = RUN; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      const middle = Math.min(start + width, from.length);
      const end = Math.min(start + 2 * width, from.length);
      yield* merge(from, into, start, middle, end, compare);
    }
    [from, into] = [into, from];
  }
  return from;
}

function* merge<T>(
  from: readonly T[],
  into: T[],
  start: number,
  middle: number,
  end: number,
  compare: (a: T, b: T) => number,
): Generator<void, void, void> {
  let left = start;
  let right = middle;
  const ordered = middle >= end || compare(from[middle - 1] as T, from[middle] as T) <= 0;
  for (let at = start; at < end; at += 1) {
    const takesLeft =
      left < middle && (ordered || right >= end || compare(from[left] as T, from[right] as T) <= 0);
    into[at] = from[takesLeft ? left++ : right++] as T;
    if (at % STEP === 0) yield;
  }
}

/** A frame has 16 ms, and others want some of them. */
const SLICE_MS = 8;

/** Goes through the steps with pauses; none when it is no longer wanted. */
export async function inSlices<T>(steps: Generator<void, T, void>, wanted: () => boolean): Promise<T | null> {
  let until = performance.now() + SLICE_MS;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    await new Promise((resume) => setTimeout(resume));
    if (!wanted()) return null;
    until = performance.now() + SLICE_MS;
  }
}
