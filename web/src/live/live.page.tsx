import { useMemo, useRef } from 'react';
import { type LiveSyncProgress, useSyncProgress } from '../../../clients/react/src/index.ts';
import { useOrganization } from '../api/organization.ts';
import { useParameters } from '../app/location.ts';
import { PageHeader } from '../ui/page.tsx';
import { LiveCards } from './live.cards.tsx';
import { LiveConnection } from './live.connection.tsx';
import { LiveEmpty } from './live.empty.tsx';
import { LiveChoicesBar } from './live.filters.tsx';
import { LiveLoading } from './live.loading.tsx';
import { LiveStopped } from './live.stopped.tsx';
import { LiveSummary } from './live.summary.tsx';
import { isWorthChoosing, LIVE_FILTERS, liveChoices, matches } from './live.syncs.ts';
import { RecentSyncs } from './recent.syncs.tsx';
import { useSignOutNoticed } from './use-sign-out-noticed.ts';
import './live.css';

/** What runs now, and what ended last. */
export function LivePage() {
  const { orgId } = useOrganization();
  const progress = useSyncProgress(orgId);
  useSignOutNoticed(progress.state);
  const ended = progress.syncs.filter(({ completed_at }) => completed_at !== null).length;
  return (
    <>
      <PageHeader title="Live" actions={<LiveConnection progress={progress} />}>
        Every sync that runs now, as it goes.
      </PageHeader>
      {progress.state === 'error' ? <LiveStopped progress={progress} /> : <Syncs progress={progress} />}
      <RecentSyncs ended={ended} />
    </>
  );
}

function Syncs({ progress }: { readonly progress: LiveSyncProgress }) {
  const [filters, change] = useParameters(LIVE_FILTERS);
  const { syncs, loaded } = progress;
  const shown = useMemo(() => syncs.filter(matches(filters)), [syncs, filters]);
  // Once offered they stay: a bar that came and went with the number of syncs would move the cards.
  const offered = useRef(false);
  offered.current ||= isWorthChoosing(syncs, filters);
  return (
    <>
      <LiveSummary syncs={shown} />
      {offered.current && <LiveChoicesBar choices={liveChoices(syncs, filters)} filters={filters} onChange={change} />}
      {!loaded && <LiveLoading />}
      {loaded && syncs.length === 0 && <LiveEmpty />}
      {loaded && syncs.length > 0 && shown.length === 0 && (
        <p className="muted">Nothing that runs now matches; choose another entity type or source.</p>
      )}
      {loaded && <LiveCards syncs={shown} progress={progress} />}
    </>
  );
}
