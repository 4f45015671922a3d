/** The design page: `?mock=<scene>&theme=dark&dir=rtl&lang=de` shows a state of the window without the program behind it. */
import type { Backend } from '$lib/backend';
import { isLanguage, speak, type Language } from '$lib/words';
import { leftovers } from './leftovers';
import { play, SCENES } from './scenes';

export function pretended(search: string): Backend | null {
  const wanted = new URLSearchParams(search);
  const name = wanted.get('mock');
  if (name === null) return null;
  const scene = SCENES[name];
  if (scene === undefined) throw new Error(`scenes: ${Object.keys(SCENES).join(', ')}`);
  const theme = wanted.get('theme');
  localStorage.removeItem('valise.theme');
  localStorage.removeItem('valise.language');
  if (theme !== null) localStorage.setItem('valise.theme', theme);
  document.documentElement.dir = wanted.get('dir') ?? 'ltr';
  const { backend, acted } = play(scene);
  const lang = wanted.get('lang');
  void acted()
    .then(() => (isLanguage(lang) && lang !== 'en' ? change(lang) : undefined))
    .then(
      () => (document.documentElement.dataset.scene = 'ready'),
      (thrown: unknown) => (document.documentElement.dataset.scene = `failed: ${String(thrown)}`),
    );
  return backend;
}

/** Whoever acts in a scene reads English; the language changes under what they did. */
async function change(language: Language): Promise<void> {
  speak(language);
  await new Promise((later) => setTimeout(later, 100));
  const left = leftovers(language);
  if (left.length > 0) throw new Error(`English is left: ${left.join(' | ')}`);
}

/** For the pictures: every scene there is. */
export const scenes = Object.keys(SCENES);
