/** Light, dark, or as the system; kept on this computer. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'valise.theme';

export class Appearance {
  theme = $state<Theme>(kept());

  constructor() {
    this.#apply();
  }

  choose(theme: Theme): void {
    this.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // A window without storage forgets the choice; nothing else depends on it.
    }
    this.#apply();
  }

  #apply(): void {
    if (this.theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.theme;
  }
}

function kept(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'light' || theme === 'dark' ? theme : 'system';
  } catch {
    return 'system';
  }
}
