import type { WebhookEvent } from '../connectors/contract/webhook.types.ts';
import type { Statement } from '../database/database.ts';

export type Change = Extract<WebhookEvent, { kind: 'change' }>;

/** Locks until the end of the transaction, so that two webhooks of a connection and entity type do not both start a run. */
export const lockDeliveries = (orgId: string, connectionId: string, entity: string): Statement => ({
  text: `SELECT app.lock($1, 'webhooks ' || $2 || ' ' || $3)`,
  values: [orgId, connectionId, entity],
});

/**
 * Stores a delivery and assigns it to a run that no worker has started yet, if there is one. Returns a row when the delivery is new. Its
 * `sync_id` is null when a run must be started.
 *
 * The row of that run is locked, and a worker must update the row to start the run. Either the run starts after this transaction and
 * reads the delivery, or it has already started and is not selected.
 *
 * A repeated delivery returns no row. Where the system does not name its deliveries, one that looks the same counts as a new event when
 * another event of the item came after it, or after an hour, when its run has ended.
 */
export const storeDelivery = (
  orgId: string,
  connectionId: string,
  change: Change,
  destinationId: string | null,
): Statement => ({
  text: `
    WITH waiting AS (
      SELECT r.sync_id FROM public.sync_runs r
       WHERE r.org_id = $1 AND r.source_connection_id = $2 AND r.entity_type = $4 AND r.kind = 'webhook'
         AND r.destination_connection_id IS NOT DISTINCT FROM $7::uuid AND r.state IN ('waiting', 'ready') AND r.lease_epoch = 0
         AND EXISTS (SELECT FROM public.sync_progress p WHERE p.org_id = $1 AND p.sync_id = r.sync_id
                        AND p.completed_at IS NULL AND NOT p.cancel_requested)
       ORDER BY r.created_at DESC LIMIT 1 FOR UPDATE OF r)
    INSERT INTO public.sync_hook_deliveries AS d (org_id, connection_id, delivery_key, entity_type, external_id, deleted, sync_id)
    VALUES ($1, $2, $3, $4, $5, $6, (SELECT sync_id FROM waiting))
    ON CONFLICT (org_id, connection_id, delivery_key) DO UPDATE
       SET received_at = EXCLUDED.received_at, sync_id = EXCLUDED.sync_id
     WHERE NOT $8::boolean
       AND (EXISTS (SELECT FROM public.sync_hook_deliveries l
                     WHERE l.org_id = $1 AND l.connection_id = $2 AND l.entity_type = $4 AND l.external_id = $5
                       AND l.received_at >= d.received_at AND l.delivery_key <> d.delivery_key)
            OR d.received_at < now() - interval '1 hour'
               AND NOT EXISTS (SELECT FROM public.sync_progress p
                                WHERE p.org_id = $1 AND p.sync_id = d.sync_id AND p.completed_at IS NULL))
    RETURNING d.sync_id`,
  values: [
    orgId,
    connectionId,
    change.delivery_key,
    change.entity_type,
    change.external_id,
    change.deleted,
    destinationId,
    change.names_delivery,
  ],
});

/** Assigns all deliveries without a run to this new run, including earlier ones for which no run could be started. */
export const assignDeliveries = (orgId: string, connectionId: string, entity: string, syncId: string): Statement => ({
  text: `
    UPDATE public.sync_hook_deliveries SET sync_id = $4
     WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND sync_id IS NULL`,
  values: [orgId, connectionId, entity, syncId],
});
