import { useSyncExternalStore } from 'react';
import { Link, useLocation } from 'wouter';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';

interface PageEntry {
  readonly path: string;
  readonly title: string;
  readonly icon: IconName;
}

const PAGES: readonly PageEntry[] = [
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
/** As many as fit beside each other at the bottom of a phone; the others are in a menu. */
const FIRST = 4;

/** The same as in shell.css. */
const narrow = window.matchMedia('(max-width: 800px)');
const onNarrow = (listener: () => void) => {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
};

/** The way to each page. On a phone the first few, and a menu with the rest. */
export function PageLinks() {
  const [path] = useLocation();
  const isNarrow = useSyncExternalStore(onNarrow, () => narrow.matches);
  const links = (pages: readonly PageEntry[]) =>
    pages.map(({ path: to, title, icon }) => (
      <Link key={to} href={to} aria-current={path.startsWith(to) ? 'page' : undefined}>
        <Icon name={icon} />
        {title}
      </Link>
    ));
  if (!isNarrow) return links(PAGES);
  const rest = PAGES.slice(FIRST);
  const current = rest.find(({ path: to }) => path.startsWith(to));
  return (
    <>
      {links(PAGES.slice(0, FIRST))}
      <Menu
        // A new menu for each page, so that it is closed there.
        key={path}
        label={
          <>
            <Icon name="list" />
            {current?.title ?? 'More'}
          </>
        }
        name={current ? `More pages, now ${current.title}` : 'More pages'}
        className={current ? 'shell-more shell-more-current' : 'shell-more'}
      >
        {links(rest)}
      </Menu>
    </>
  );
}
