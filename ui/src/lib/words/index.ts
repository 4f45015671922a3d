/**
 * Every word a person reads. One file a language, all of the same shape (`Words`), which the compiler checks.
 *
 * To add a language: write `xx.ts` with `export const xx: Words = {...}` and name it in `LANGUAGES`.
 */
import { de } from './de';
import { en, type Words } from './en';
import { spoken } from './spoken.svelte';

/** In the order in which they are offered; each is called as its speakers call it. */
export const LANGUAGES = {
  en: { words: en, name: 'English' },
  de: { words: de, name: 'Deutsch' },
} as const;

export type Language = keyof typeof LANGUAGES;

export function isLanguage(text: string | null): text is Language {
  return text !== null && Object.hasOwn(LANGUAGES, text);
}

/** The first of a person's languages that there are words for. */
export function languageFor(tags: readonly string[]): Language {
  const wanted = tags.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  return wanted.find(isLanguage) ?? 'en';
}

/** The system's. */
export const ownLanguage = (): Language =>
  languageFor(typeof navigator === 'undefined' ? [] : navigator.languages);

/** From now on every word is of this language, also those that are on the screen. */
export function speak(language: Language): void {
  spoken.words = LANGUAGES[language].words;
  if (typeof document !== 'undefined') document.documentElement.lang = language;
}

speak(ownLanguage());

/**
 * The words of the language that is spoken now. Each is looked up when it is read, so that a group of them may be
 * taken once (`const text = words.share`) and still changes its language with the rest.
 */
export const words: Words = reading(() => spoken.words);

function reading<T extends object>(now: () => T): T {
  const groups = new Map<PropertyKey, object>();
  return new Proxy({} as T, {
    get(_, name) {
      const value = Reflect.get(now(), name);
      if (!isGroup(value)) return value;
      if (!groups.has(name))
        groups.set(
          name,
          reading(() => Reflect.get(now(), name) as object),
        );
      return groups.get(name);
    },
    has: (_, name) => Reflect.has(now(), name),
    ownKeys: () => Reflect.ownKeys(now()),
    getOwnPropertyDescriptor(_, name) {
      const found = Reflect.getOwnPropertyDescriptor(now(), name);
      return found && { ...found, configurable: true };
    },
  });
}

const isGroup = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export type { Words };
