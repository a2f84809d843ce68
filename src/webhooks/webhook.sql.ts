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
  text: 'SELECT sync_id FROM app.store_delivery($1, $2, $3, $4, $5, $6, $7, $8)',
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
