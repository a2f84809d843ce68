import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import type { Statement } from '../../database/database.ts';
import type { Run } from '../run.types.ts';

/** Named items come in pages of this size; the most that connectors take at once. */
const NAMED_PAGE = 100;

/** Records a full walk did not come by, in the order of their ids. */
export const unseenRecords = (run: Run, after: string): Statement => ({
  text: `
    SELECT r.external_id FROM sync_records r
     WHERE ${UNSEEN} AND r.external_id > $5 ORDER BY r.external_id LIMIT ${NAMED_PAGE}`,
  values: [...unseenKey(run), after],
});

export const countUnseenRecords = (run: Run): Statement => ({
  text: `SELECT count(*)::integer AS count FROM sync_records r WHERE ${UNSEEN}`,
  values: unseenKey(run),
});

/** OFFSET 0 keeps it a look-up by key for each record: as a join without statistics it might read one table for each row of the other. */
const UNSEEN = `r.org_id = $1 AND r.connection_id = $2 AND r.entity_type = $3 AND r.deleted_at IS NULL
       AND NOT EXISTS (SELECT FROM sync_seen s WHERE s.org_id = $1 AND s.sync_id = $4 AND s.external_id = r.external_id
                        OFFSET 0)`;
const unseenKey = (run: Run) => [run.org_id, run.source_connection_id, run.entity_type, run.sync_id];

export const countRecords = (orgId: string, connectionId: string, entity: EntityType): Statement => ({
  text: `
    SELECT count(*)::integer AS count FROM sync_records
     WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND deleted_at IS NULL`,
  values: [orgId, connectionId, entity],
});

/** What a run of named items works on; for an apply with what its preview expected. */
const NAMED = {
  retry: `FROM sync_items WHERE org_id = $1 AND sync_id = $2`,
  webhook: `FROM sync_hook_deliveries WHERE org_id = $1 AND sync_id = $2`,
  apply: `FROM sync_preview_changes WHERE org_id = $1 AND sync_id = $2 AND kind <> 'conflict'`,
} as const;
type NamedKind = keyof typeof NAMED;

/** The sync in whose rows the items are named. */
const namedBy = (run: Run) => run.of_sync_id ?? run.sync_id;

export const namedItems = (run: Run & { kind: NamedKind }, after: string): Statement => ({
  text:
    run.kind === 'apply'
      ? `SELECT external_id, json_build_object('kind', kind, 'source_hash', source_hash, 'destination_hash', destination_hash) AS expected
           ${NAMED.apply} AND external_id > $3 ORDER BY external_id LIMIT ${NAMED_PAGE}`
      : `SELECT DISTINCT external_id ${NAMED[run.kind]} AND external_id > $3 ORDER BY external_id LIMIT ${NAMED_PAGE}`,
  values: [run.org_id, namedBy(run), after],
});

export const countNamedItems = (run: Run & { kind: NamedKind }): Statement => ({
  text: `SELECT count(DISTINCT external_id)::integer AS count ${NAMED[run.kind]}`,
  values: [run.org_id, namedBy(run)],
});

/** Where the last sync of this pair and entity type ended. */
export const findWatermark = (run: Run): Statement => ({
  text: `
    SELECT watermark FROM sync_cursors
     WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND destination = $4`,
  values: [run.org_id, run.source_connection_id, run.entity_type, run.destination_connection_id ?? 'records'],
});
