/**
 * What a scene in another language still says in English. Names, statements and what was typed are people's own; what
 * was said before the change, as that a field is empty, stays as it was said.
 */
import { LANGUAGES, type Language } from '$lib/words';

const OWN = 'bdi, code, pre, textarea, [dir=auto], .mono';
const SAID = '.error, [role=alert], .notices';
const ENGLISH =
  /\b(?:the|and|is|are|was|were|has|have|been|your?|with|this|that|cannot|nobody|somebody|from|when|which|will)\b/i;

const GERMAN = /[äöüß]|\b(?:der|die|das|den|von|und|ist|in|zu|nicht|Sie)\b/;

export function leftovers(language: Language): string[] {
  const spoken = new Set(sentences(LANGUAGES[language].words));
  const english = new Set(sentences(LANGUAGES.en.words).filter((text) => /[a-z]{3}/.test(text)));
  return [...new Set(shown())].filter((text) => {
    if (spoken.has(text)) return false;
    return english.has(text) || (ENGLISH.test(text) && !GERMAN.test(text));
  });
}

/** Every plain sentence of a language. */
function sentences(words: object): string[] {
  return Object.values(words).flatMap((value: unknown) => {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? sentences(value) : [];
  });
}

function* shown(): Generator<string> {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
    const text = node.textContent?.trim() ?? '';
    const at = node.parentElement;
    if (text !== '' && at !== null && at.closest(`${OWN}, ${SAID}, script, style`) === null) yield text;
  }
  for (const at of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
    if (at.closest(OWN) !== null || at.closest('[data-index]') !== null) continue;
    for (const name of ['aria-label', 'title', 'placeholder']) {
      const text = at.getAttribute(name)?.trim() ?? '';
      if (text !== '') yield text;
    }
  }
}
