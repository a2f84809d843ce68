import { useState } from 'react';
import { useWhoami } from '../api/organization.ts';
import { signOut } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import { storedTheme, storeTheme, THEMES, type Theme } from './preferences.ts';

const THEME_LABELS: Readonly<Record<Theme, { readonly title: string; readonly icon: IconName }>> = {
  system: { title: 'System', icon: 'monitor' },
  light: { title: 'Light', icon: 'sun' },
  dark: { title: 'Dark', icon: 'moon' },
};

/** The signed-in user with their scopes, the theme, and sign-out. */
export function UserMenu() {
  const { data: me } = useWhoami();
  const [theme, setTheme] = useState(storedTheme);
  const choose = (next: Theme) => {
    storeTheme(next);
    setTheme(next);
  };
  return (
    <Menu label={<Icon name="user" />} name="Account and appearance" className="user-menu">
      <p className="user-name">
        {me?.user_id ?? me?.name ?? '…'}
        <span className="muted">{me?.scopes.join(' ')}</span>
      </p>
      <fieldset>
        <legend>Appearance</legend>
        {THEMES.map((one) => (
          <label key={one} className="row">
            <input type="radio" name="theme" checked={theme === one} onChange={() => choose(one)} />
            <Icon name={THEME_LABELS[one].icon} /> {THEME_LABELS[one].title}
          </label>
        ))}
      </fieldset>
      <p className="row">
        <a href="/handbook/">Handbook</a>
      </p>
      <p className="row">
        <a href="/docs">API documentation</a>
      </p>
      <Button onClick={() => void signOut()}>
        <Icon name="out" /> Sign out
      </Button>
    </Menu>
  );
}
