import { Component, type ReactNode } from 'react';
import { ErrorNote } from '../ui/error-note.tsx';

/** A page that fails shows what happened in its place; the frame around it stays. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return <ErrorNote error={this.state.error} onRetry={() => window.location.reload()} retryLabel="Reload the page" />;
  }
}
