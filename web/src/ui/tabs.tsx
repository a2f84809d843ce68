import { Link } from 'wouter';
import './tabs.css';

interface Props {
  /** What the tabs are parts of, for screen readers. */
  readonly name: string;
  readonly tabs: readonly { readonly href: string; readonly title: string; readonly current: boolean }[];
}

/** Parts of a page, each with an address of its own. */
export function Tabs({ name, tabs }: Props) {
  return (
    <nav className="tabs" aria-label={name}>
      {tabs.map(({ href, title, current }) => (
        <Link key={title} href={href} aria-current={current ? 'page' : undefined}>
          {title}
        </Link>
      ))}
    </nav>
  );
}
