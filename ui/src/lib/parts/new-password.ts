/** What is wrong with a password that somebody chose, in words; the same wherever one is chosen. */
import { strength } from '$lib/format/password';
import { words } from '$lib/words';

const LEAST = 8;

/** `own` are words that a guesser would try first. */
export async function wrongWith(chosen: string, own: string[]): Promise<string | null> {
  if (chosen === '') return words.you.passwordMissing;
  if ([...chosen].length < LEAST) return words.you.passwordShort(LEAST);
  return (await strength(chosen, own)).level === 0 ? words.you.passwordWeak : null;
}
