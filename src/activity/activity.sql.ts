import type { Keyset } from '../common/cursor.ts';
import type { Statement } from '../database/database.ts';
import type { ActivityFilterQuery, AppendActivityDto } from './dto/requests.dto.ts';
import { patternOf } from './masked.trail.ts';

// The months are partitions of one table: sql/partitions.sql makes them, a scheduled task of this module detaches old ones. The entry of a sync that
// ends is written by the database: src/progress/sql/end_of_sync.sql.

/** A period of the trail: `days` back from the database's now, or `from` to `to` (exclusive), RFC 3339. What is null bounds nothing. */
export interface Period {
  readonly days: number | null;
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * Parameters 2 to 4 of the statements below, the values of `boundsOf`. Without `to` it ends ahead of now: nothing is newer. CASE, since to Postgres a
 * coalesce might tell of a row what its policy hides, so that it would look at each row of the organization before it compares the times.
 */
const IN_PERIOD = `created_at >= CASE WHEN $2::timestamptz IS NOT NULL THEN $2 WHEN $3::integer IS NOT NULL
         THEN now() - make_interval(days => $3) ELSE '-infinity' END
       AND created_at < CASE WHEN $4::timestamptz IS NOT NULL THEN $4 ELSE now() + interval '1 day' END`;

const boundsOf = ({ from, days, to }: Period): unknown[] => [from, days, to];

/**
 * Entries hold a token for what is a person's: sql/trail_persons.sql. This is `text` with the words that are still known, for a reader who
 * `seesPersons`; others see the tokens.
 */
const named = (text: string, seesPersons: boolean): string =>
  seesPersons
    ? `CASE WHEN strpos(${text}, 'person:') > 0 THEN app.with_persons(org_id, ${text}) ELSE ${text} END`
    : text;

const columns = (
  seesPersons: boolean,
): string => `id, org_id, created_at, sync_id, entity_type, activity_type, status, source_system,
      user_id, record_count, duration_seconds, ${named('error_message', seesPersons)} AS error_message,
      ${seesPersons ? `CASE WHEN strpos(details::text, 'person:') > 0 THEN app.with_persons(org_id, details) ELSE details END` : 'details'} AS details`;

/** All entries in one statement; the month's partition is made first when it is missing. Rows come in the order given. */
export const appendActivity = (
  orgId: string,
  entries: readonly (AppendActivityDto & { user_id: string })[],
  seesPersons: boolean,
): Statement => ({
  text: `SELECT ${columns(seesPersons)} FROM app.append_activity($1, $2)`,
  values: [orgId, JSON.stringify(entries)],
});

export interface ActivityPage {
  readonly period: Period;
  readonly filter: ActivityFilterQuery;
  readonly after: Keyset | undefined;
  readonly limit: number;
  readonly seesPersons: boolean;
}

/**
 * A keyset page, newest first. Whoever sees no persons gets what their filters may find, with the text that they look at. The period and the cursor bound created_at, the partition key, so older months are never
 * touched.
 */
export const activityPage = (orgId: string, { period, filter, after, limit, seesPersons }: ActivityPage): Statement => {
  const conditions = ['org_id = $1', IN_PERIOD];
  const values: unknown[] = [orgId, ...boundsOf(period)];
  const where = (sql: (parameter: string) => string, value: unknown) => {
    values.push(value);
    conditions.push(sql(`$${values.length}`));
  };
  if (after) {
    values.push(after.at, after.id);
    conditions.push(`(created_at, id) < ($${values.length - 1}, $${values.length})`);
  }
  if (filter.failed) conditions.push(FAILED);
  if (filter.failed === false) conditions.push(`NOT (${FAILED})`);
  for (const column of ['status', 'user_id', 'sync_id', 'entity_type'] as const) {
    if (filter[column] !== undefined) where((parameter) => `${column} = ${parameter}`, filter[column]);
  }
  if (filter.q !== undefined) {
    const searched = named(SEARCHED, seesPersons);
    if (seesPersons) where((parameter) => `strpos(lower(${searched}), lower(${parameter})) > 0`, filter.q);
    else where((parameter) => `lower(${searched}) LIKE lower(${parameter})`, `%${patternOf(filter.q)}%`);
  }
  if (filter.error_message !== undefined) {
    const message = named(MESSAGE, seesPersons);
    if (seesPersons) where((parameter) => `${message} = ${parameter}`, filter.error_message);
    else where((parameter) => `${message} LIKE ${parameter}`, patternOf(filter.error_message));
  }
  values.push(limit);
  return {
    text: `
      SELECT ${columns(seesPersons)}${seesPersons ? '' : `, ${MESSAGE} AS searched_message`}
        FROM public.sync_activity_log WHERE ${conditions.join(' AND ')}
       ORDER BY created_at DESC, id DESC LIMIT $${values.length}`,
    values,
  };
};

/**
 * The partitions that can hold entries since the period began. Not one whose detach has begun: no later statement reads it any more. A bound
 * without a time is MAXVALUE.
 */
export const partitionsOf = ({ from, days }: Period): Statement => ({
  text: `
    SELECT c.oid::text AS id
      FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'public.sync_activity_log'::regclass AND NOT i.inhdetachpending
       AND coalesce((regexp_match(pg_get_expr(c.relpartbound, c.oid), $$TO \\('([^']+)'\\)$$))[1]::timestamptz, 'infinity')
           > coalesce($1::timestamptz, now() - make_interval(days => $2::integer), '-infinity')`,
  values: [from, days],
});

/** The same words as the index's, so that Postgres sees that it serves. */
const FAILED = `status IN ('failed', 'completed_with_errors', 'timeout')`;

/**
 * An entry for one item carries its message in details, as the guide writes it. Null for the end of a sync that only counts its failed
 * items: a count is no cause.
 */
const CAUSE = `CASE WHEN activity_type = 'sync_completed' AND error_message ~ '^\\d+ of \\d+ items failed$' THEN NULL
  ELSE coalesce(error_message, details ->> 'error', details ->> 'error_message', 'no message') END`;

const MESSAGE = `coalesce(${CAUSE}, 'failed items without a message')`;

/** Where a search looks: a part of any of them, in any case. */
const SEARCHED = `concat_ws(E'\\n', sync_id, user_id, entity_type, source_system, activity_type, ${MESSAGE})`;

const SYNC_IDS = `coalesce(array_agg(DISTINCT sync_id) FILTER (WHERE sync_id IS NOT NULL), '{}')`;

/**
 * Failures by message: the guide's 'failed syncs' query made valid. The end of a run stands for its failed items, each of which has a
 * message of its own; an end that only counts is a group only where nobody told what failed. An item's message is a value of it: who `seesPersons`
 * not gets its class instead, and the syncs of each group, to put together what is shown alike.
 */
export const activityErrors = (
  orgId: string,
  period: Period,
  entityType: string | null,
  { seesPersons, most }: { readonly seesPersons: boolean; readonly most: number },
): Statement => ({
  text: `
    WITH failures AS (
      SELECT sync_id, entity_type, status, created_at, ${named(CAUSE, seesPersons)} AS cause,
             activity_type = 'sync_completed' AND details ? 'kind' AS is_run
        FROM public.sync_activity_log
       WHERE org_id = $1 AND ${IN_PERIOD} AND ${FAILED}
         AND ($5::text IS NULL OR entity_type = $5)
    ), causes AS (
      SELECT cause, NULL::text AS error_class, entity_type, status, sync_id, created_at
        FROM failures WHERE cause IS NOT NULL
       UNION ALL
      SELECT ${seesPersons ? 'i.message' : 'i.error_class'}, i.error_class, run.entity_type, 'completed_with_errors', i.sync_id, i.updated_at
        FROM (SELECT DISTINCT sync_id, entity_type FROM failures WHERE is_run) AS run
        JOIN public.sync_items i ON i.org_id = $1 AND i.sync_id = run.sync_id AND i.outcome = 'failed'
    ), groups AS (
      SELECT * FROM causes
       UNION ALL
      SELECT 'failed items without a message', NULL, entity_type, status, sync_id, created_at
        FROM failures f WHERE cause IS NULL AND NOT EXISTS (SELECT FROM causes c WHERE c.sync_id = f.sync_id)
    )
    SELECT cause AS error_message, max(error_class) AS error_class, entity_type, status,
           count(*)::integer AS error_count, count(DISTINCT sync_id)::integer AS sync_count,
           (array_agg(sync_id ORDER BY created_at DESC))[1] AS last_sync_id,
           min(created_at) AS first_at, max(created_at) AS last_at${seesPersons ? '' : `, ${SYNC_IDS} AS sync_ids`}
      FROM groups
     GROUP BY cause, entity_type, status
     ORDER BY error_count DESC, last_at DESC
     LIMIT $6`,
  values: [orgId, ...boundsOf(period), entityType, most],
});

/**
 * Only the ends of syncs: the guide's query also counts each failed item's entry as a sync. Those that failed are counted beside the
 * others and leave their figures alone; a day on which nothing came to its end is a row only when `includeFailed`.
 */
export const activityTrends = (
  orgId: string,
  period: Period,
  entityType: string | null,
  includeFailed: boolean,
): Statement => ({
  text: `
    SELECT to_char(d.start AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, d.entity_type, d.sync_count, d.avg_duration_sec, d.max_duration_sec,
           d.total_records, d.failed_syncs, d.conflict_syncs
      FROM (
        -- Days are numbers here, which costs a third of grouping by their names.
        SELECT date_bin('1 day', created_at, '2000-01-01T00:00:00Z') AS start, entity_type,
               count(*) FILTER (WHERE ${COMPLETED})::integer AS sync_count,
               avg(duration_seconds) FILTER (WHERE ${COMPLETED}) AS avg_duration_sec,
               max(duration_seconds) FILTER (WHERE ${COMPLETED}) AS max_duration_sec,
               coalesce(sum(record_count) FILTER (WHERE ${COMPLETED}), 0) AS total_records,
               count(*) FILTER (WHERE NOT ${COMPLETED})::integer AS failed_syncs,
               count(*) FILTER (WHERE ${COMPLETED} AND ${LEFT_CONFLICTS})::integer AS conflict_syncs
          FROM public.sync_activity_log
         WHERE org_id = $1 AND ${IN_PERIOD}
           AND activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')
           AND ($5::text IS NULL OR entity_type = $5)
         GROUP BY 1, 2
        HAVING $6 OR count(*) FILTER (WHERE ${COMPLETED}) > 0) AS d
     ORDER BY 1, 2`,
  values: [orgId, ...boundsOf(period), entityType, includeFailed],
});

const COMPLETED = `activity_type = 'sync_completed'`;
/** Of a run's entry; a client may write anything into its own. */
const LEFT_CONFLICTS = `CASE WHEN jsonb_typeof(details -> 'conflict_count') = 'number' THEN (details ->> 'conflict_count')::numeric > 0 ELSE false END`;

/** Of a run's entry, which has the counts of what it wrote beside. A client may write anything into its own. */
const LOOKED_AT = `CASE WHEN jsonb_typeof(details -> 'counts') = 'object' AND jsonb_typeof(details -> 'processed_count') = 'number'
               THEN least((details ->> 'processed_count')::numeric, 9e15)::double precision ELSE record_count END`;

/**
 * Completed syncs that were slower than `below` times the median speed of their entity type and source system. The median is taken over
 * the same period and needs five or more syncs. Durations count as at least a microsecond, so that no speed is infinite. The speed is that
 * of looking at items: a run that finds nothing to write is not slow.
 */
export const slowActivity = (orgId: string, period: Period, entityType: string | null, below: number): Statement => ({
  text: `
    WITH ends AS (
      SELECT id, sync_id, entity_type, source_system, created_at, ${LOOKED_AT} AS record_count, duration_seconds,
             ${LOOKED_AT} * 60.0::double precision / greatest(duration_seconds, 0.000001) AS items_per_min
        FROM public.sync_activity_log
       WHERE org_id = $1 AND ${IN_PERIOD} AND ${COMPLETED}
         AND duration_seconds > 0 AND ${LOOKED_AT} > 0 AND ($5::text IS NULL OR entity_type = $5)
    ), usual AS (
      SELECT entity_type, source_system,
             percentile_cont(0.5) WITHIN GROUP (ORDER BY items_per_min) AS usual_items_per_min
        FROM ends GROUP BY 1, 2 HAVING count(*) >= 5
    )
    SELECT sync_id, entity_type, source_system, created_at, record_count, duration_seconds, items_per_min,
           usual_items_per_min, items_per_min / usual_items_per_min AS ratio
      FROM ends JOIN usual USING (entity_type, source_system)
     WHERE items_per_min < $6 * usual_items_per_min
     ORDER BY ratio, created_at DESC, id LIMIT 200`,
  values: [orgId, ...boundsOf(period), entityType, below],
});
