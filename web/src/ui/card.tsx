import { type ReactNode, useId } from 'react';
import './card.css';

interface Props {
  readonly title?: ReactNode;
  /** To the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  /** A landmark of the page, by its title, which is the only one of its name. */
  readonly region?: boolean;
}

/** A part of a page. Its title is a heading of the second level. */
export function Card({ title, actions, children, className = '', region = false }: Props) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={region ? id : undefined}>
      {title !== undefined && (
        <div className="card-head row between">
          <h2 id={id}>{title}</h2>
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
