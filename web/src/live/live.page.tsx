import {
  type ConnectionState,
  connectionText,
  type LiveSyncProgress,
  type StreamedSync,
  stoppedText,
  useSyncProgress,
} from '@sync-operations/react';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useMay, useOrganization } from '../api/organization.ts';
import { SESSION_KEY } from '../api/query.client.ts';
import { useParameters } from '../app/location.ts';
import { ControlButtons } from '../control/control.buttons.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { useNow } from '../ui/time.tsx';
import { LiveEmpty } from './live.empty.tsx';
import { LiveFilterBar } from './live.filters.tsx';
import { LiveList } from './live.list.tsx';
import { LiveSummary } from './live.summary.tsx';
import { filterOptions, LIVE_PARAMETERS, matchesFilters, needsFilters, sortedSyncs, viewOf } from './live.syncs.ts';
import { LiveTable } from './live.table.tsx';
import { RecentSyncs } from './recent.syncs.tsx';
import { useKnownRuns } from './run.names.ts';
import { useLiveControl } from './use-live-control.ts';
import './live.css';
import '@sync-operations/react/style.css';
import './live.list.css';

/** Texts that change with time alone, such as "last report 2 min ago", are computed this often. */
const TICK_MS = 5_000;

/** The syncs that run now, and the ones that ended last. */
export default function LivePage() {
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
  const [parameters, change] = useParameters(LIVE_PARAMETERS);
  const { syncs, loaded } = progress;
  const now = useNow(TICK_MS);
  const { aboutOf, conflictsOf, waitsForApproval } = useKnownRuns(syncs);
  const { withRequest, pendingOf, onControl, error } = useLiveControl();
  const may = useMay('control');
  const shown = useMemo(
    () =>
      sortedSyncs(syncs, parameters.sort, now)
        .filter(matchesFilters(parameters, now, { aboutOf, waitsForApproval }))
        .map(withRequest),
    [syncs, parameters, now, aboutOf, waitsForApproval, withRequest],
  );
  // Decided once: a page that changes its view while somebody reads it would lose them.
  const manyAtFirst = useRef<number | null>(null);
  if (loaded) manyAtFirst.current ??= syncs.length;
  const view = viewOf(parameters, manyAtFirst.current ?? 0);
  const actionsOf = useCallback(
    (sync: StreamedSync) =>
      may && !sync.completed_at ? (
        <ControlButtons
          sync={sync}
          compact
          pending={pendingOf(sync.sync_id)}
          onControl={(control) => void onControl(sync, control)}
        />
      ) : undefined,
    [may, pendingOf, onControl],
  );
  const list = { syncs: shown, now, aboutOf, conflictsOf, actionsOf };
  // Once shown, the filters stay: a bar that comes and goes with the number of syncs would move the cards.
  const filtersShown = useRef(false);
  filtersShown.current ||= needsFilters(syncs, parameters);
  return (
    <>
      <LiveSummary syncs={shown} now={now} />
      {filtersShown.current && (
        <LiveFilterBar
          options={filterOptions(syncs, parameters)}
          parameters={parameters}
          view={view}
          onChange={change}
        />
      )}
      {!loaded && <LiveLoading />}
      {loaded && syncs.length === 0 && <LiveEmpty />}
      {loaded && syncs.length > 0 && shown.length === 0 && (
        <p className="muted">No running sync matches these filters. Change or clear them.</p>
      )}
      {error !== null && <ErrorNote error={error} />}
      {loaded && (view === 'table' ? <LiveTable {...list} /> : <LiveList {...list} progress={progress} />)}
    </>
  );
}

/** The state of the connection to the service. */
function LiveConnection({ progress }: { readonly progress: LiveSyncProgress }) {
  return (
    <p className="live-connection small muted" role="status" data-state={progress.isStale ? 'stale' : progress.state}>
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
