import { type ReactNode, useEffect } from 'react';
import { Icon } from './icon.tsx';
import './page.css';

/** A page without the frame: before anybody is signed in or an organization is open. */
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
