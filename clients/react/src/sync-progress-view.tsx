import type { ReactNode } from 'react';
import { connectionText, stoppedText } from './connection.text.ts';
import type { StreamedSync } from './live/sync.types.ts';
import { SyncCard } from './sync-card.tsx';
import { SyncTable } from './sync-table.tsx';
import type { LiveSyncProgress } from './use-sync-progress.ts';

export interface SyncProgressViewOptions {
  /** Content at the right of the title of a card, such as buttons. */
  readonly actions?: (sync: StreamedSync) => ReactNode;
  /** The link of the title of a card; default: no link. */
  readonly href?: (sync: StreamedSync) => string;
  /** How the syncs are shown: cards with all figures (default), cards of two lines, or a table. */
  readonly variant?: 'cards' | 'compact' | 'table';
  /** The level of the titles of the cards; default 3. */
  readonly headingLevel?: 2 | 3 | 4;
}

export interface SyncProgressViewProps extends SyncProgressViewOptions {
  readonly progress: LiveSyncProgress;
  /** The service's clock, in milliseconds since 1970. */
  readonly now: number;
}

/** What `useSyncProgress` knows, as SyncProgressDashboard shows it: loading, empty, stopped or its syncs. Needs style.css. */
export function SyncProgressView({
  progress,
  now,
  actions,
  href,
  variant = 'cards',
  headingLevel = 3,
}: SyncProgressViewProps) {
  const { syncs, state, loaded } = progress;
  if (state === 'signed-out' || state === 'error') return <Stopped {...progress} />;
  return (
    <div className="sync-dashboard" data-state={state} data-stale={progress.isStale || undefined} aria-busy={!loaded}>
      <p className="sync-connection" role="status">
        {connectionText(progress)}
      </p>
      {!loaded && <Skeleton />}
      {loaded && syncs.length === 0 && (
        <div className="sync-empty">
          <p>No active syncs</p>
          <p>New syncs appear here automatically.</p>
        </div>
      )}
      {syncs.length > 0 && variant === 'table' && <SyncTable syncs={syncs} now={now} href={href} actions={actions} />}
      {syncs.length > 0 && variant !== 'table' && (
        <ul className="sync-list">
          {syncs.map((sync) => (
            <SyncCard
              key={sync.sync_id}
              sync={sync}
              samples={progress.history(sync.sync_id)}
              now={now}
              compact={variant === 'compact'}
              headingLevel={headingLevel}
              href={href?.(sync)}
              actions={actions?.(sync)}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

function Stopped({ state, error, retry }: LiveSyncProgress) {
  const { title, advice } = stoppedText({ state, error });
  return (
    <div className="sync-dashboard" data-state={state}>
      <div className="sync-stopped" role="alert">
        <p>{title}</p>
        <p>{advice}</p>
        <button type="button" className="sync-retry" onClick={retry}>
          Try again
        </button>
      </div>
    </div>
  );
}

/** As tall as two cards, so that nothing moves when they appear. */
function Skeleton() {
  return (
    <div className="sync-list" aria-hidden="true">
      <div className="sync-skeleton" />
      <div className="sync-skeleton" />
    </div>
  );
}
