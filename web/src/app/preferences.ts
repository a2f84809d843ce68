/** What this browser remembers of its user: the theme, and the organization that was open last. */

/** `system` follows the operating system. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const THEME_KEY = 'sync-theme';
const ORGANIZATION_KEY = 'sync-organization';

export function storedTheme(): Theme {
  return THEMES.find((theme) => theme === localStorage.getItem(THEME_KEY)) ?? 'system';
}

/** The colour tokens are written with light-dark(), which follows color-scheme. */
export function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === 'system' ? 'light dark' : theme;
}

export function storeTheme(theme: Theme): void {
  localStorage.setItem(THEME_KEY, theme);
  applyTheme(theme);
}

/** The address `/` leads to this organization. */
export const lastOrganization = (): string | null => localStorage.getItem(ORGANIZATION_KEY);
export const rememberOrganization = (orgId: string): void => localStorage.setItem(ORGANIZATION_KEY, orgId);
