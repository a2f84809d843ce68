import type { ReactNode } from 'react';
import './filter-bar.css';

/** The fields that choose what of a page is shown. */
export function FilterBar({ children }: { readonly children: ReactNode }) {
  return (
    <search className="filter-bar" aria-label="Filters">
      {children}
    </search>
  );
}
