import type { ReactNode } from 'react';
import './card.css';

interface Props {
  readonly title?: ReactNode;
  /** Stand to the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A part of a page. With a title it is a section with a heading of the second level. */
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
