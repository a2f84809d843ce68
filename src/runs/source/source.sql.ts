import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import type { Statement } from '../../database/database.ts';
import { boundSource, type Pair, sourceSide, systemsOf } from '../../records/bindings.sql.ts';
import { onlyItem, type Run, writesNothing } from '../run.types.ts';

/** The page size of named items: the largest number of ids that connectors accept in one call. */
const NAMED_PAGE = 100;

/**
 * Ids that a full sync did not find in the source, in order: of records, and of what is bound since before the connection was removed and
 * added again, of which there are no records. For a reconcile, of all that is bound. `pair` is null for the records.
 */
export const unseenItems = (run: Run, pair: Pair | null, after: string): Statement => {
  const records = `
    (SELECT r.external_id FROM public.sync_records r
      WHERE ${UNSEEN_RECORD} AND r.external_id > $5 ORDER BY r.external_id LIMIT ${NAMED_PAGE})`;
  const bound = pair && `(${unseenBindings(run, pair, 6)} AND ${idOf(pair)} > $5 ORDER BY 1 LIMIT ${NAMED_PAGE})`;
  const both = `SELECT u.external_id FROM (${records} UNION ALL ${bound}) AS u ORDER BY u.external_id LIMIT ${NAMED_PAGE}`;
  return {
    text: bound === null ? records : run.kind === 'reconcile' ? bound : both,
    values: [...unseenKey(run), after, ...(pair ? systemsOf(pair) : [])],
  };
};

/**
 * The record of an id, looked up by a range of one id, for the reason in src/records/sql/save_records.sql. In an EXISTS it is a table, since
 * Postgres drops the order of a query that stands in it by itself.
 */
const recordOf = (id: string) => `
       SELECT x.deleted_at FROM public.sync_records x
        WHERE x.org_id = $1 AND x.connection_id = $2 AND x.entity_type = $3 AND x.external_id >= ${id} AND x.external_id <= ${id}
        ORDER BY x.external_id LIMIT 1`;

/** Those of the ids of which the source has no live record. */
export const unrecordedIds = (run: Run, ids: readonly string[]): Statement => ({
  text: `
    SELECT i.external_id FROM unnest($4::text[]) AS i (external_id)
     WHERE NOT EXISTS (SELECT FROM (${recordOf('i.external_id')}) AS r WHERE r.deleted_at IS NULL)`,
  values: [run.org_id, run.source_connection_id, run.entity_type, ids],
});

/** How many of them are at the destination, and would be deleted there if they do not exist any more. */
export const countUnseen = (run: Run, pair: Pair | null): Statement => ({
  text: pair
    ? `
    SELECT ((SELECT count(*) FROM public.sync_records r
              WHERE ${run.kind !== 'reconcile'} AND ${UNSEEN_RECORD}
                AND EXISTS (${boundSource(pair, 'r.external_id', 5)}))
            + (SELECT count(*) FROM (${unseenBindings(run, pair, 5)}) AS u))::integer AS count`
    : `SELECT count(*)::integer AS count FROM public.sync_records r WHERE ${UNSEEN_RECORD}`,
  values: [...unseenKey(run), ...(pair ? systemsOf(pair) : [])],
});

/**
 * An item whose binding passed to another item of the run is gone for good. OFFSET 0 keeps the planner from turning the look-up by key
 * into a join, which without statistics might scan one table per row.
 */
const unseen = (id: string) => `
       NOT EXISTS (SELECT FROM public.sync_seen s WHERE s.org_id = $1 AND s.sync_id = $4 AND s.external_id = ${id} OFFSET 0)
       AND NOT EXISTS (SELECT FROM public.sync_claims c WHERE c.org_id = $1 AND c.sync_id = $4 AND c.claim = 'item ' || ${id}
                        OFFSET 0)`;
const UNSEEN_RECORD = `r.org_id = $1 AND r.connection_id = $2 AND r.entity_type = $3 AND r.deleted_at IS NULL AND ${unseen('r.external_id')}`;

const idOf = (pair: Pair) => `b.id_${sourceSide(pair)}`;
/** Bound by a sync, at the destination, and without a record. A reconcile asks for all that is bound: no record of ours says what there is. */
const unseenBindings = (run: Run, pair: Pair, firstParameter: number) => `
    SELECT ${idOf(pair)} AS external_id FROM public.sync_bindings b
     WHERE b.org_id = $1 AND b.entity_type = $3 AND b.system_a = $${firstParameter} AND b.system_b = $${firstParameter + 1}
       AND NOT b.put_away AND b.hash_${sourceSide(pair)} IS NOT NULL
       AND (${run.kind === 'reconcile'}
            OR NOT EXISTS (SELECT FROM (${recordOf(idOf(pair))}) AS r))
       AND ${unseen(idOf(pair))}`;

const unseenKey = (run: Run) => [run.org_id, run.source_connection_id, run.entity_type, run.sync_id];

export const countRecords = (orgId: string, connectionId: string, entity: EntityType): Statement => ({
  text: `
    SELECT count(*)::integer AS count FROM public.sync_records
     WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND deleted_at IS NULL`,
  values: [orgId, connectionId, entity],
});

/**
 * What other runs of the same source and destination deleted within so many hours without an override: no more than there are records that
 * were deleted within that time and are still, since what came back is no loss. What this run has deleted is not among them.
 */
export const countDeletedEarlier = (run: Run, hours: number): Statement => ({
  text: `
    SELECT least(
      (SELECT coalesce(sum((r.counts ->> 'deleted')::integer), 0) FROM public.sync_runs r
        WHERE r.org_id = $1 AND r.source_connection_id = $2 AND r.entity_type = $3
          AND r.destination_connection_id IS NOT DISTINCT FROM $4::uuid AND r.counts ? 'deleted' AND r.kind <> 'preview'
          AND r.sync_id <> $5 AND r.override_reason IS NULL AND r.created_at > now() - make_interval(hours => $6)),
      (SELECT greatest(count(*) - $7::integer, 0) FROM public.sync_records d
        WHERE d.org_id = $1 AND d.connection_id = $2 AND d.entity_type = $3
          AND d.deleted_at > now() - make_interval(hours => $6)))::integer AS count`,
  values: [
    run.org_id,
    run.source_connection_id,
    run.entity_type,
    run.destination_connection_id,
    run.sync_id,
    hours,
    writesNothing(run) ? 0 : (run.counts.deleted ?? 0),
  ],
});

/** The table that names the items of a run. For an apply, its rows also hold the state that the preview found, and the items that failed follow. */
const NAMED = {
  retry: `FROM public.sync_items WHERE org_id = $1 AND sync_id = $2 AND ($3::text IS NULL OR external_id = $3)`,
  webhook: `FROM public.sync_hook_deliveries WHERE org_id = $1 AND sync_id = $2 AND $3::text IS NULL`,
  apply: `FROM public.sync_preview_changes c WHERE org_id = $1 AND sync_id = $2 AND $3::text IS NULL
            AND NOT EXISTS (SELECT FROM public.sync_items i WHERE i.org_id = $1 AND i.sync_id = $2
                               AND i.external_id = c.external_id AND i.outcome = 'failed' OFFSET 0)`,
} as const;
/** What a preview says will fail is part of its apply, too. */
const FAILED = `FROM public.sync_items WHERE org_id = $1 AND sync_id = $2 AND outcome = 'failed'`;
type NamedKind = keyof typeof NAMED;

/** The one item of a retry. What a preview found of one item is that item alone, so its apply needs no name. */
const itemOf = (run: Run) => (run.kind === 'retry' ? onlyItem(run) : null);

/** The sync whose rows name the items. */
const namedBy = (run: Run) => run.of_sync_id ?? run.sync_id;

export const namedItems = (run: Run & { kind: NamedKind }, after: string): Statement =>
  run.kind === 'apply'
    ? previewedItems(run, after)
    : {
        text: `SELECT DISTINCT external_id ${NAMED[run.kind]} AND external_id > $4 ORDER BY external_id LIMIT ${NAMED_PAGE}`,
        values: [run.org_id, namedBy(run), itemOf(run), after],
      };

/** Starts the places of items that a preview says will fail, after the changes, whose places are numbers. */
const FAILED_PLACE = '~';

/** In the order of the preview, so that what one item gives up is free for those after it, as it was found. */
function previewedItems(run: Run, after: string): Statement {
  const failedAfter = after.startsWith(FAILED_PLACE) ? after.slice(FAILED_PLACE.length) : null;
  return {
    text: `
      SELECT n.external_id, n.place, json_build_object('kind', n.kind, 'source_hash', n.source_hash,
               'destination_hash', n.destination_hash, 'rival', n.rival, 'reason', n.reason) AS expected
        FROM (
          (SELECT external_id, kind, source_hash, destination_hash, rival, reason, place::text AS place, 0 AS part, place AS number
             ${NAMED.apply} AND c.place > $4::bigint ORDER BY c.place LIMIT ${NAMED_PAGE})
          UNION ALL
          (SELECT external_id, 'failed', NULL, NULL, NULL, NULL, '${FAILED_PLACE}' || external_id, 1, 0
             ${FAILED} AND external_id > $5 ORDER BY external_id LIMIT ${NAMED_PAGE})) AS n
       ORDER BY n.part, n.number, n.external_id LIMIT ${NAMED_PAGE}`,
    values: [
      run.org_id,
      namedBy(run),
      itemOf(run),
      failedAfter === null ? after || '0' : MAX_BIGINT,
      failedAfter ?? '',
    ],
  };
}

const MAX_BIGINT = '9223372036854775807';

export const countNamedItems = (run: Run & { kind: NamedKind }): Statement => ({
  text:
    run.kind === 'apply'
      ? `SELECT (SELECT count(*) ${NAMED.apply})::integer + (SELECT count(*) ${FAILED})::integer AS count`
      : `SELECT count(DISTINCT external_id)::integer AS count ${NAMED[run.kind]}`,
  values: [run.org_id, namedBy(run), itemOf(run)],
});

/** How many deletes an apply has before it. */
export const countDeletesToApply = (run: Run & { kind: 'apply' }): Statement => ({
  text: `SELECT count(*)::integer AS count ${NAMED.apply} AND c.kind = 'delete'`,
  values: [run.org_id, namedBy(run), itemOf(run)],
});

const BOUND = 'b.org_id = $1 AND b.entity_type = $2 AND b.system_a = $3 AND b.system_b = $4';

/** The first and the last id of what is bound, null where nothing is. */
export const boundRange = (run: Run, pair: Pair): Statement => {
  const end = (direction: 'ASC' | 'DESC') =>
    `(SELECT ${idOf(pair)} FROM public.sync_bindings b WHERE ${BOUND} ORDER BY ${idOf(pair)} ${direction} LIMIT 1)`;
  return {
    text: `SELECT ${end('ASC')} AS first, ${end('DESC')} AS last`,
    values: [run.org_id, run.entity_type, ...systemsOf(pair)],
  };
};

/** `most` bound items at most, a few from each of these ids on: what is read is no more than that, however much is bound. */
export const sampledItems = (run: Run, pair: Pair, starts: readonly string[], most: number): Statement => ({
  text: `
    SELECT DISTINCT f.external_id FROM unnest($5::text[]) AS s (start) CROSS JOIN LATERAL (
      SELECT ${idOf(pair)} AS external_id, b.put_away FROM public.sync_bindings b
       WHERE ${BOUND} AND ${idOf(pair)} >= s.start ORDER BY ${idOf(pair)} LIMIT $6) AS f
     WHERE NOT f.put_away LIMIT $7`,
  values: [
    ...[run.org_id, run.entity_type, ...systemsOf(pair)],
    ...[starts, Math.ceil(most / Math.max(starts.length, 1)), most],
  ],
});

/** How many items a run had. */
export const countItemsOf = (orgId: string, syncId: string): Statement => ({
  text: `
    SELECT coalesce(sum(c.value::integer), 0)::integer AS count FROM public.sync_runs r CROSS JOIN LATERAL jsonb_each_text(r.counts) AS c
     WHERE r.org_id = $1 AND r.sync_id = $2`,
  values: [orgId, syncId],
});

/** Ids that were refused before this run and that it has not read, those first that were not tried for the longest time. */
export const refusedItems = (run: Run, after: string): Statement => ({
  text: `
    SELECT n.external_id, n.place
      FROM public.sync_refusals f
      CROSS JOIN LATERAL (
        SELECT f.external_id, to_char(f.tried_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US ') || f.external_id AS place) AS n
     WHERE f.org_id = $1 AND f.entity_type = $2 AND f.source_connection_id = $3 AND f.destination_connection_id = $4
       AND f.tried_at < $5::timestamptz AND n.place > $6 COLLATE "C"
       AND NOT EXISTS (SELECT FROM public.sync_seen s
                        WHERE s.org_id = $1 AND s.sync_id = $7 AND s.external_id = f.external_id OFFSET 0)
     ORDER BY n.place COLLATE "C" LIMIT ${NAMED_PAGE}`,
  values: [
    ...[run.org_id, run.entity_type, run.source_connection_id, run.destination_connection_id, run.created_at],
    ...[after, run.sync_id],
  ],
});

/** The watermark of the last sync of this source, destination and entity type. */
export const findWatermark = (run: Run): Statement => ({
  text: `
    SELECT watermark FROM public.sync_cursors
     WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND destination = $4`,
  values: [run.org_id, run.source_connection_id, run.entity_type, run.destination_connection_id ?? 'records'],
});

/** Where runs from and to the connection have got to. */
export const forgetWatermarks = (orgId: string, connectionId: string): Statement => ({
  text: `
    DELETE FROM public.sync_cursors WHERE org_id = $1 AND (connection_id = $2::uuid OR destination = $2::uuid::text)`,
  values: [orgId, connectionId],
});
