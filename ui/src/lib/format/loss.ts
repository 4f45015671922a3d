/** How much would have to be lost at once: what a person has to look at in it. */
import type { Copy, Recoverability } from '$lib/backend';

/** Computers that hold the bytes. A pinning node on this very computer is no other one. */
export function computers(copies: readonly Copy[]): number {
  const elsewhere = copies.filter((copy) => copy.kind === 'pinningNode' || copy.kind === 'authorComputer');
  return elsewhere.length + Number(copies.length > elsewhere.length);
}

/** One loss, and nobody can open it any more. */
export function fewWays(found: Recoverability): boolean {
  return found.ways.length < 2;
}

/** One loss, and its bytes are nowhere. Where there is no file yet, there is nothing to lose. */
export function fewCopies(found: Recoverability): boolean {
  return found.files > 0 && (found.thinFiles > 0 || computers(found.copies) < 2);
}

export function isThin(found: Recoverability): boolean {
  return fewWays(found) || fewCopies(found);
}
