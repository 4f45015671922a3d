/** How the window looks and speaks; kept on this computer. Neither says anything about a person's files. */
import { isLanguage, ownLanguage, speak, type Language } from '$lib/words';

/** Light, dark, or as the system. */
export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const THEME = 'valise.theme';
const LANGUAGE = 'valise.language';

export class Appearance {
  theme = $state<Theme>('system');
  language = $state<'system' | Language>('system');

  constructor() {
    const theme = kept(THEME);
    const language = kept(LANGUAGE);
    if (theme === 'light' || theme === 'dark') this.theme = theme;
    if (isLanguage(language)) this.language = language;
    this.#apply();
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
