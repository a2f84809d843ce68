import type { ReactNode } from 'react';
import './empty.css';

/** Nothing is here yet: what would be, and what to do next. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
