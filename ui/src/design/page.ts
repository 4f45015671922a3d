/** The design page: `?mock=<scene>&theme=dark&dir=rtl` shows a state of the window without the program behind it. */
import type { Backend } from '$lib/backend';
import { play, SCENES } from './scenes';

export function pretended(search: string): Backend | null {
  const wanted = new URLSearchParams(search);
  const name = wanted.get('mock');
  if (name === null) return null;
  const scene = SCENES[name];
  if (scene === undefined) throw new Error(`scenes: ${Object.keys(SCENES).join(', ')}`);
  const theme = wanted.get('theme');
  localStorage.removeItem('valise.theme');
  if (theme !== null) localStorage.setItem('valise.theme', theme);
  document.documentElement.dir = wanted.get('dir') ?? 'ltr';
  const { backend, acted } = play(scene);
  void acted().then(
    () => (document.documentElement.dataset.scene = 'ready'),
    (thrown: unknown) => (document.documentElement.dataset.scene = `failed: ${String(thrown)}`),
  );
  return backend;
}

/** For the pictures: every scene there is. */
export const scenes = Object.keys(SCENES);
