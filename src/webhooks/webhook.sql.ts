import type { WebhookEvent } from '../connectors/contract/connector.types.ts';
import type { Statement } from '../database/database.ts';

export type Change = Extract<WebhookEvent, { kind: 'change' }>;

/** Held to the end of the transaction, so that two webhooks of a connection and entity type do not both start a run. */
export const lockDeliveries = (orgId: string, connectionId: string, entity: string): Statement => ({
  text: `SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || $1 || ' ' || $2 || ' ' || $3, 0))`,
  values: [orgId, connectionId, entity],
});

/**
 * Keeps a delivery and gives it to the run that waits to begin, if there is one; a row when it is new. `sync_id` null: it needs a run.
 *
 * That run's row is locked, and a worker that takes the run must change it: so it begins after this transaction and finds the
 * delivery, or it has begun and is no candidate any more, also when both come at the same moment.
 *
 * The same delivery again is no row. After an hour, when its run has ended, it is another event in the same words: a product that
 * is deleted, restored and deleted again.
 */
export const keepDelivery = (
  orgId: string,
  connectionId: string,
  change: Change,
  destinationId: string | null,
): Statement => ({
  text: `
    WITH waiting AS (
      SELECT r.sync_id FROM sync_runs r
       WHERE r.org_id = $1 AND r.source_connection_id = $2 AND r.entity_type = $4 AND r.kind = 'webhook'
         AND r.destination_connection_id IS NOT DISTINCT FROM $7::uuid AND r.state IN ('waiting', 'ready') AND r.lease_epoch = 0
         AND EXISTS (SELECT FROM sync_progress p WHERE p.org_id = $1 AND p.sync_id = r.sync_id
                        AND p.completed_at IS NULL AND NOT p.cancel_requested)
       ORDER BY r.created_at DESC LIMIT 1 FOR UPDATE OF r)
    INSERT INTO sync_hook_deliveries AS d (org_id, connection_id, delivery_key, entity_type, external_id, deleted, sync_id)
    VALUES ($1, $2, $3, $4, $5, $6, (SELECT sync_id FROM waiting))
    ON CONFLICT (org_id, connection_id, delivery_key) DO UPDATE
       SET received_at = EXCLUDED.received_at, sync_id = EXCLUDED.sync_id
     WHERE d.received_at < now() - interval '1 hour'
       AND NOT EXISTS (SELECT FROM sync_progress p WHERE p.org_id = $1 AND p.sync_id = d.sync_id AND p.completed_at IS NULL)
    RETURNING d.sync_id`,
  values: [
    orgId,
    connectionId,
    change.delivery_key,
    change.entity_type,
    change.external_id,
    change.deleted,
    destinationId,
  ],
});

/** Gives a run that has not begun every delivery that has none: this transaction's, and those for which none could be started. */
export const giveDeliveries = (orgId: string, connectionId: string, entity: string, syncId: string): Statement => ({
  text: `
    UPDATE sync_hook_deliveries SET sync_id = $4
     WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND sync_id IS NULL`,
  values: [orgId, connectionId, entity, syncId],
});
