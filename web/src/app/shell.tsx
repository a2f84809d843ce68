import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { PaletteButton } from '../palette/palette.button.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { OrganizationSwitch } from './organization.picker.tsx';
import { UserMenu } from './user.menu.tsx';
import './shell.css';

const PAGES: readonly { readonly path: string; readonly title: string; readonly icon: IconName }[] = [
  { path: '/overview', title: 'Overview', icon: 'grid' },
  { path: '/live', title: 'Live', icon: 'pulse' },
  { path: '/syncs', title: 'Syncs', icon: 'sync' },
  { path: '/conflicts', title: 'Conflicts', icon: 'alert' },
  { path: '/alerts', title: 'Alerts', icon: 'alert' },
  { path: '/activity', title: 'Activity', icon: 'list' },
  { path: '/trends', title: 'Trends', icon: 'chart' },
  { path: '/previews', title: 'Previews', icon: 'diff' },
  { path: '/connections', title: 'Connections', icon: 'plug' },
  { path: '/settings', title: 'Settings', icon: 'user' },
];

/** The frame of the pages of an organization: navigation, organization, user. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const opened = useRef(path);
  useEffect(() => {
    // A new page starts at its top, also for screen readers. Filters in the query string do not make a new page.
    if (opened.current === path) return;
    opened.current = path;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="shell-head">
        <Link href="/overview" className="shell-brand" aria-label="Sync Operations, overview">
          <Icon name="sync" />
          <span>Sync Operations</span>
        </Link>
        <OrganizationSwitch />
        <PaletteButton />
        <UserMenu />
      </header>
      <nav className="shell-nav" aria-label="Pages">
        {PAGES.map(({ path: to, title, icon }) => (
          <Link key={to} href={to} aria-current={path.startsWith(to) ? 'page' : undefined}>
            <Icon name={icon} />
            {title}
          </Link>
        ))}
      </nav>
      <main id="main" ref={main} tabIndex={-1} className="shell-main">
        {children}
      </main>
    </div>
  );
}
