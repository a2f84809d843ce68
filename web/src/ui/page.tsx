import { type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';
import { Icon } from './icon.tsx';
import './page.css';

interface Props {
  readonly title: string;
  /** Under the title: a sentence about the page, or what it belongs to. */
  readonly children?: ReactNode;
  /** Beside the title: a state. */
  readonly badge?: ReactNode;
  readonly actions?: ReactNode;
}

/** The heading of a page; also the title of the window. */
export function PageHeader({ title, children, badge, actions }: Props) {
  useEffect(() => {
    document.title = `${title} · Sync Operations`;
  }, [title]);
  return (
    <div className="page-header row between">
      <div className="page-heading">
        <div className="row">
          <h1 className="break">{title}</h1>
          {badge}
        </div>
        {children && <div className="muted">{children}</div>}
      </div>
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}

/** Above the heading: a link to the list that the page belongs to. */
export function BackLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return (
    <p className="back-link">
      <Link href={href} className="row">
        <Icon name="left" /> {children}
      </Link>
    </p>
  );
}

/** A page without the frame: before sign-in, or before an organization is chosen. */
export function FullPage({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Sync Operations`;
  }, [title]);
  return (
    <main className="full-page">
      <div className="full-page-card stack">
        <p className="row full-page-brand">
          <Icon name="sync" /> Sync Operations
        </p>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
