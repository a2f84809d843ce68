import type { Keyset } from '../common/cursor.ts';
import type { Statement } from '../database/database.ts';
import type { ActivityFilterQuery, AppendActivityDto } from './dto/requests.dto.ts';
import { patternOf } from './masked.trail.ts';
import { boundsOf, PERIOD_BEGINS, PERIOD_ENDS, type Period } from './period.ts';

// The months are partitions of one table: sql/partitions.sql makes them, a scheduled task of this module detaches old ones. The entry of a sync that
// ends is written by the database: src/progress/sql/end_of_sync.sql.

/** Parameters 2 to 4 of the statements below, the values of `boundsOf`. */
const IN_PERIOD = `created_at >= ${PERIOD_BEGINS}
       AND created_at < ${PERIOD_ENDS}`;

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

const COMPLETED = `activity_type = 'sync_completed'`;

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
