import { connectionWords, type LiveSyncProgress } from '@sync-operations/react';

/** How the page itself fares, in the corner of the eye. */
export function LiveConnection({ progress }: { readonly progress: LiveSyncProgress }) {
  return (
    <p className="live-connection small muted" role="status" data-state={progress.state}>
      <span className="live-dot" aria-hidden="true" />
      {connectionWords(progress)}
    </p>
  );
}
