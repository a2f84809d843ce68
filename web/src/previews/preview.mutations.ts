import { type Preview, type StartRun, startPreview, startReconcile, startRun } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import type { ComputedDelta } from './preview.delta.ts';

/** Starts the sync that applies exactly this preview. A reason overrides the delete guard. */
export function useApplyPreview(preview: Preview, delta: ComputedDelta) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const keyFor = useIdempotencyKey();
  return useMutation({
    mutationFn: (reason: string | undefined) => {
      const body: StartRun = {
        ...runOptionsOf(preview, delta),
        source_connection_id: delta.source_connection_id,
        // Not the cache key: there may be a newer preview under it since this page was opened.
        preview: delta.sync_id,
        ...(reason !== undefined && { override_guard: { reason } }),
      };
      return unwrap(startRun({ client, body, headers: { 'Idempotency-Key': keyFor(body) } }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'runs'] }),
  });
}

/** Computes the same preview again from the current data. */
export function useRecomputePreview(preview: Preview, delta: ComputedDelta) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const keyFor = useIdempotencyKey();
  return useMutation({
    mutationFn: () => {
      const options = runOptionsOf(preview, delta);
      const path = { connection_id: delta.source_connection_id };
      if (preview.sync_type.startsWith('reconcile:')) {
        const body = { entity_type: options.entity_type, with: options.destination };
        return unwrap<{ sync_id: string }>(
          startReconcile({ client, path, body, headers: { 'Idempotency-Key': keyFor(body) } }),
        );
      }
      const body = { ...options, filters: filtersOf(preview) };
      return unwrap<{ sync_id: string }>(
        startPreview({ client, path, body, headers: { 'Idempotency-Key': keyFor(body) } }),
      );
    },
    // The old preview is stale; the page shows the new one when it is opened again.
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'previews'], refetchType: 'none' }),
  });
}

const runOptionsOf = ({ entity_type }: Preview, { destination, mode }: ComputedDelta) => ({
  entity_type: entity_type as StartRun['entity_type'],
  mode,
  destination: destination === 'records' ? ('records' as const) : { connection_id: destination },
});

/** The filters of a preview also contain its mode, which is a parameter of its own. */
function filtersOf({ filters }: Preview): Record<string, unknown> {
  const { mode: _, ...rest } = filters;
  return rest;
}
