import { listRuns } from '@sync-operations/client';
import type { StreamedSync } from '@sync-operations/react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { RUN_ID } from '../app/location.ts';
import { useConnectionName } from '../connections/connection.queries.ts';
import { conflictsOfRun, kindText } from '../syncs/sync.row-text.ts';

/** The limit of the API; more runs of an organization than that are not active at once. */
const LIMIT = 200;
/** Of those that ended within the last minute, which stand here, too. */
const ENDED = 50;

/** What the page knows of runs beside what the stream tells. Each function is the same while it says the same. */
export interface KnownRuns {
  /** Which sync it is, in a line: a run is between two connections, any other sync is known by who reports it. */
  readonly aboutOf: (sync: StreamedSync) => string;
  /** The items that it left for a person to decide. */
  readonly conflictsOf: (sync: StreamedSync) => number;
  readonly waitsForApproval: (sync: StreamedSync) => boolean;
}

export function useKnownRuns(syncs: readonly StreamedSync[]): KnownRuns {
  const { orgId, client } = useOrganization();
  const nameOf = useConnectionName();
  // Read anew when one ends, and when one begins or stops to wait: then its counts and its approval are others.
  const states = syncs.flatMap(({ sync_id, completed_at, waiting_reason }) =>
    RUN_ID.test(sync_id) ? `${sync_id} ${completed_at ? 'ended' : (waiting_reason ?? '')}` : [],
  );
  const { data } = useQuery({
    queryKey: [orgId, 'runs', 'of-live', states.sort().join()],
    enabled: states.length > 0,
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
  const aboutOf = useCallback(
    ({ sync_id, initiated_by }: StreamedSync) => {
      const run = data?.get(sync_id);
      const ends = run && `${nameOf(run.source_connection_id)} → ${nameOf(run.destination)}`;
      return [ends, run && kindText(run.kind), sync_id, initiated_by && `by ${initiated_by}`]
        .filter(Boolean)
        .join(' · ');
    },
    [data, nameOf],
  );
  const conflictsOf = useCallback(({ sync_id }: StreamedSync) => conflictsOfRun(data?.get(sync_id)?.counts), [data]);
  const waitsForApproval = useCallback(
    ({ sync_id, completed_at }: StreamedSync) => completed_at === null && data?.get(sync_id)?.approval === 'wanted',
    [data],
  );
  return { aboutOf, conflictsOf, waitsForApproval };
}
