/** How the page looks; `system` follows the machine. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORED_AS = 'sync-theme';

export function storedTheme(): Theme {
  return THEMES.find((theme) => theme === localStorage.getItem(STORED_AS)) ?? 'system';
}

/** The tokens are written with light-dark(), which goes by color-scheme. */
export function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === 'system' ? 'light dark' : theme;
}

export function storeTheme(theme: Theme): void {
  localStorage.setItem(STORED_AS, theme);
  applyTheme(theme);
}
