import { Link } from 'wouter';
import './tab-links.css';

interface Tab {
  readonly href: string;
  readonly current: boolean;
  readonly label: string;
  /** Beside the label, as text. */
  readonly count?: string;
}

/** Tabs of a page as links, so that each can be shared and opened in a new window. */
export function TabLinks({ name, tabs }: { readonly name: string; readonly tabs: readonly Tab[] }) {
  return (
    <nav className="tab-links" aria-label={name}>
      {tabs.map(({ href, current, label, count }) => (
        <Link key={href} href={href} replace aria-current={current ? 'true' : undefined}>
          {label} {count !== undefined && <span className="tab-count">{count}</span>}
        </Link>
      ))}
    </nav>
  );
}
