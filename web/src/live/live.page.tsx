import {
  type ConnectionState,
  connectionText,
  type LiveSyncProgress,
  stoppedText,
  useSyncProgress,
} from '@sync-operations/react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { useOrganization } from '../api/organization.ts';
import { SESSION_KEY } from '../api/query.client.ts';
import { useParameters } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Note } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { useNow } from '../ui/time.tsx';
import { LiveEmpty } from './live.empty.tsx';
import { LiveFilterBar } from './live.filters.tsx';
import { LiveList } from './live.list.tsx';
import { LiveSummary } from './live.summary.tsx';
import { filterOptions, LIVE_FILTERS, matchesFilters, needsFilters } from './live.syncs.ts';
import { RecentSyncs } from './recent.syncs.tsx';
import './live.css';
import '@sync-operations/react/style.css';
import './live.list.css';

/** The syncs that run now, and the ones that ended last. */
export function LivePage() {
  const { orgId } = useOrganization();
  const progress = useSyncProgress(orgId);
  useSessionEnd(progress.state);
  const ended = progress.syncs.filter(({ completed_at }) => completed_at !== null).length;
  return (
    <>
      <PageHeader title="Live" actions={<LiveConnection progress={progress} />}>
        Every sync that is running now, updated live.
      </PageHeader>
      {progress.state === 'error' ? <LiveStopped progress={progress} /> : <Syncs progress={progress} />}
      <RecentSyncs ended={ended} />
    </>
  );
}

function Syncs({ progress }: { readonly progress: LiveSyncProgress }) {
  const [filters, change] = useParameters(LIVE_FILTERS);
  const { syncs, loaded } = progress;
  const shown = useMemo(() => syncs.filter(matchesFilters(filters)), [syncs, filters]);
  // Once shown, the filters stay: a bar that comes and goes with the number of syncs would move the cards.
  const filtersShown = useRef(false);
  filtersShown.current ||= needsFilters(syncs, filters);
  return (
    <>
      <LiveSummary syncs={shown} now={useNow(5_000) + progress.serverOffsetMs} />
      {filtersShown.current && (
        <LiveFilterBar options={filterOptions(syncs, filters)} filters={filters} onChange={change} />
      )}
      {!loaded && <LiveLoading />}
      {loaded && syncs.length === 0 && <LiveEmpty />}
      {loaded && syncs.length > 0 && shown.length === 0 && (
        <p className="muted">No running sync matches these filters. Choose another entity type or source.</p>
      )}
      {loaded && <LiveList syncs={shown} progress={progress} />}
    </>
  );
}

/** The state of the connection to the service. */
function LiveConnection({ progress }: { readonly progress: LiveSyncProgress }) {
  return (
    <p className="live-connection small muted" role="status" data-state={progress.state}>
      <span className="live-dot" aria-hidden="true" />
      {connectionText(progress)}
    </p>
  );
}

/** The service refuses to show these syncs: the reason, and what to try. */
function LiveStopped({ progress }: { readonly progress: LiveSyncProgress }) {
  const { title, advice } = stoppedText(progress);
  return (
    <Note kind="error" title={title} live>
      <p>{advice}</p>
      <div>
        <Button size="small" onClick={progress.retry}>
          Try again
        </Button>
      </div>
    </Note>
  );
}

/** As tall as the cards, so that nothing moves when they appear. */
function LiveLoading() {
  return (
    <div className="sync-dashboard live-list" aria-hidden="true">
      <div className="sync-list">
        <div className="sync-card sync-skeleton" />
        <div className="sync-card sync-skeleton" />
      </div>
    </div>
  );
}

/** Shows the sign-in page when the stream reports that the session ended. A state from before this page was opened is ignored. */
function useSessionEnd(state: ConnectionState): void {
  const queries = useQueryClient();
  const wasSignedIn = useRef(false);
  useEffect(() => {
    if (state !== 'signed-out') wasSignedIn.current = true;
    else if (wasSignedIn.current) queries.setQueryData(SESSION_KEY, null);
  }, [state, queries]);
}
