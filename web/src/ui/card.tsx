import type { ReactNode } from 'react';
import './card.css';

interface Props {
  readonly title?: ReactNode;
  /** To the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A part of a page. Its title is a heading of the second level. */
export function Card({ title, actions, children, className = '' }: Props) {
  return (
    <section className={`card ${className}`}>
      {title !== undefined && (
        <div className="card-head row between">
          <h2>{title}</h2>
          {actions && <div className="row">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

/** An empty state: what would be here, and what to do next. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
