import { Component, type ReactNode } from 'react';
import { Link } from 'wouter';
import { Empty } from '../ui/card.tsx';
import { Spinner } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { FullPage, PageHeader } from '../ui/page.tsx';
import { isMissingFile } from './upgrade.ts';

/** Shows the error in the place of a page that failed. The frame around it stays. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    const error = isMissingFile(this.state.error)
      ? new Error('A part of this page could not be loaded.')
      : this.state.error;
    return <ErrorNote error={error} onRetry={() => window.location.reload()} retryLabel="Reload the page" />;
  }
}

export function NotFound() {
  return (
    <>
      <PageHeader title="Page not found" />
      <Empty title="There is no page at this address">
        <p>
          The address may be old or misspelt. <Link href="/overview">Go to the overview</Link>.
        </p>
      </Empty>
    </>
  );
}

/** Shown when nothing could be loaded yet. The query of the session retries automatically. */
export function ServiceUnavailable() {
  return (
    <FullPage title="The service does not respond">
      <p>It may be starting, or your network may be down. This page retries automatically.</p>
      <p className="row muted" role="status">
        <Spinner /> Retrying …
      </p>
    </FullPage>
  );
}
