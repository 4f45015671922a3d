/**
 * Every word a person reads. One file a language, all of the same shape (`Words`), which the compiler checks.
 *
 * To add a language: write `xx.ts` with `export const xx: Words = {...}` and name it in `LANGUAGES`.
 */
import { en, type Words } from './en';

const LANGUAGES: Record<string, Words> = { en };

export function wordsFor(languages: readonly string[]): Words {
  const known = languages.map((tag) => LANGUAGES[tag.toLowerCase().split('-')[0] ?? '']).find(Boolean);
  return known ?? en;
}

export const words: Words = wordsFor(typeof navigator === 'undefined' ? [] : navigator.languages);

export type { Words };
