import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { PaletteButton } from '../palette/palette.button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Freshness } from './freshness.tsx';
import { OrganizationSwitch } from './organization.switch.tsx';
import { PageLinks } from './page.links.tsx';
import { UserMenu } from './user.menu.tsx';
import './shell.css';

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
        <PageLinks />
      </nav>
      <main id="main" ref={main} tabIndex={-1} className="shell-main">
        <Freshness />
        {children}
      </main>
    </div>
  );
}
