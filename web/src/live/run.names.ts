import { listRuns } from '@sync-operations/client';
import type { StreamedSync } from '@sync-operations/react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { RUN_ID } from '../app/location.ts';
import { useConnectionName } from '../connections/connection.queries.ts';

/** The limit of the API; more runs of an organization than that are not active at once. */
const LIMIT = 200;
/** Of those that ended within the last minute, which stand here, too. */
const ENDED = 50;

/** Which sync it is, in a line: a run is between two connections, any other sync is known by who reports it. */
export function useAbout(syncs: readonly StreamedSync[]): (sync: StreamedSync) => string {
  const { orgId, client } = useOrganization();
  const nameOf = useConnectionName();
  const runIds = syncs.flatMap(({ sync_id }) => (RUN_ID.test(sync_id) ? sync_id : []));
  const { data } = useQuery({
    queryKey: [orgId, 'runs', 'of-live', runIds.sort().join()],
    enabled: runIds.length > 0,
    queryFn: async () => {
      const pages = await Promise.all(
        [
          { active: true, limit: LIMIT },
          { active: false, limit: ENDED },
        ].map((query) => unwrap(listRuns({ client, query }))),
      );
      return new Map(pages.flatMap(({ items }) => items.map((run) => [run.sync_id, run] as const)));
    },
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return useCallback(
    ({ sync_id, initiated_by }) => {
      const run = data?.get(sync_id);
      const ends = run && `${nameOf(run.source_connection_id)} → ${nameOf(run.destination)}`;
      return [ends, sync_id, initiated_by && `by ${initiated_by}`].filter(Boolean).join(' · ');
    },
    [data, nameOf],
  );
}
