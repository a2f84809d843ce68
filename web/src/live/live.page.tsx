import { useQuery } from '@tanstack/react-query';
import { listActiveSyncs } from '../../../clients/typescript/src/index.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import { useParameters } from '../app/location.ts';
import { PageHeader } from '../ui/page-header.tsx';
import { LiveChoicesBar } from './live.choices.tsx';
import { LiveEmpty } from './live.empty.tsx';
import { LIVE_FILTERS, liveChoices, matches } from './live.filter.ts';
import { LiveSummary } from './live.summary.tsx';
import { RecentSyncs } from './recent.syncs.tsx';
import './live.css';

/** What runs now. */
export function LivePage() {
  const { client, orgId } = useOrganization();
  const [filters, change] = useParameters(LIVE_FILTERS);
  const { data: syncs = [] } = useQuery({
    queryKey: [orgId, 'x'],
    queryFn: () => unwrap(listActiveSyncs({ client })),
    refetchInterval: 1000,
  });
  const choices = liveChoices(syncs, filters);
  const shown = syncs.filter(matches(filters));
  return (
    <>
      <PageHeader title="Live">Every sync that runs now, as it goes.</PageHeader>
      <LiveSummary syncs={shown} />
      {choices && <LiveChoicesBar choices={choices} filters={filters} onChange={change} />}
      {syncs.length === 0 && <LiveEmpty />}
      <RecentSyncs ended={0} />
    </>
  );
}
