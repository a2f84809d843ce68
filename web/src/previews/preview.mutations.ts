import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Preview, type StartRun, startPreview, startRun } from '../../../clients/typescript/src/index.ts';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import type { ComputedDelta } from './preview.delta.ts';

/** Starts the sync that applies exactly this preview; with a reason, past the delete guard. */
export function useApply(preview: Preview, delta: ComputedDelta) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const keyFor = useIdempotencyKey();
  return useMutation({
    mutationFn: (reason: string | undefined) => {
      const body: StartRun = {
        ...endsOf(preview, delta),
        source_connection_id: delta.source_connection_id,
        // Not the cache key: another may have computed a newer one since this page was opened.
        preview: delta.sync_id,
        ...(reason !== undefined && { override_guard: { reason } }),
      };
      return unwrap(startRun({ client, body, headers: { 'Idempotency-Key': keyFor(body) } }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'runs'] }),
  });
}

/** Computes the same again, as things are now. */
export function useComputeAgain(preview: Preview, delta: ComputedDelta) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const keyFor = useIdempotencyKey();
  return useMutation({
    mutationFn: () => {
      const body = { ...endsOf(preview, delta), filters: filtersOf(preview) };
      const path = { connection_id: delta.source_connection_id };
      return unwrap(startPreview({ client, path, body, headers: { 'Idempotency-Key': keyFor(body) } }));
    },
    // The old one has had its time; whoever comes back sees the new one.
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'previews'], refetchType: 'none' }),
  });
}

const endsOf = ({ entity_type }: Preview, { destination, mode }: ComputedDelta) => ({
  entity_type: entity_type as StartRun['entity_type'],
  mode,
  destination: destination === 'records' ? ('records' as const) : { connection_id: destination },
});

/** A preview's own filters hold its mode, too; see `mode`. */
function filtersOf({ filters }: Preview): Record<string, unknown> {
  const { mode: _, ...rest } = filters;
  return rest;
}
