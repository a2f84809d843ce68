import { listActivityTrends } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';

const NONE: readonly string[] = [];

/** The entity types of the syncs that ended within 90 days, as suggestions; others can be typed. */
export function useEntityTypes(): readonly string[] {
  const { orgId, client } = useOrganization();
  const { data = NONE } = useQuery({
    queryKey: [orgId, 'entity-types'],
    queryFn: async () => {
      const { items } = await unwrap(listActivityTrends({ client, query: { days: 90, include_failed: true } }));
      return [...new Set(items.flatMap(({ entity_type }) => entity_type ?? []))].sort();
    },
    staleTime: 300_000,
  });
  return data;
}
