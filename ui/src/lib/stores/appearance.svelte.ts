/** How the window looks and speaks; kept on this computer. None of it says anything about a person's files. */
import { isLanguage, ownLanguage, speak, type Language } from '$lib/words';

/** Light, dark, or as the system. */
export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/**
 * How large everything is, of a hundred. No more than this: WebKitGTK measures a container without its zoom, so that what
 * makes room in a narrow window (`@container`) does not, and names would be cut off.
 */
export const ZOOMS: readonly number[] = [80, 90, 100, 110, 125, 150];
const USUAL = 100;

const THEME = 'valise.theme';
const LANGUAGE = 'valise.language';
const ZOOM = 'valise.zoom';

export class Appearance {
  theme = $state<Theme>('system');
  language = $state<'system' | Language>('system');
  zoom = $state(USUAL);
  readonly #magnify: (percent: number) => void;

  constructor(magnify: (percent: number) => void) {
    this.#magnify = magnify;
    const theme = kept(THEME);
    const language = kept(LANGUAGE);
    if (theme === 'light' || theme === 'dark') this.theme = theme;
    if (isLanguage(language)) this.language = language;
    this.#apply();
    const zoom = Number(kept(ZOOM));
    if (ZOOMS.includes(zoom) && zoom !== USUAL) this.chooseZoom(zoom);
  }

  choose(theme: Theme): void {
    this.theme = theme;
    keep(THEME, theme);
    this.#apply();
  }

  chooseLanguage(language: 'system' | Language): void {
    this.language = language;
    keep(LANGUAGE, language);
    this.#apply();
  }

  chooseZoom(percent: number): void {
    this.zoom = percent;
    keep(ZOOM, String(percent));
    this.#magnify(percent);
  }

  /** Ctrl and plus, minus or zero; whether it was one of them. */
  zoomBy(event: KeyboardEvent): boolean {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
    const at = ZOOMS.indexOf(this.zoom);
    const next = { '+': ZOOMS[at + 1], '=': ZOOMS[at + 1], '-': ZOOMS[at - 1], '0': USUAL };
    if (!(event.key in next)) return false;
    const percent = next[event.key as keyof typeof next];
    if (percent !== undefined && percent !== this.zoom) this.chooseZoom(percent);
    return true;
  }

  #apply(): void {
    if (this.theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.theme;
    speak(this.language === 'system' ? ownLanguage() : this.language);
  }
}

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A window without storage forgets the choice; nothing else depends on it.
  }
}
