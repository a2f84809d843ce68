import type { Statement } from '../../database/database.ts';
import { boundsOf, PERIOD_BEGINS, PERIOD_ENDS, type Period } from '../period.ts';

/** Counts the next ends of syncs by hour, so many: sql/trend_hours.sql. One row: whether more are left. */
export const rollUpTrends = (orgId: string, most: number): Statement => ({
  text: 'SELECT app.roll_up_trends($1, $2) AS more',
  values: [orgId, most],
});

/** The same words as the index's, so that Postgres sees that it serves. */
const ENDS = `activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')`;
const COMPLETED = `activity_type = 'sync_completed'`;
/** Of a run's entry; a client may write anything into its own. */
const LEFT_CONFLICTS = `CASE WHEN jsonb_typeof(details -> 'conflict_count') = 'number' THEN (details ->> 'conflict_count')::numeric > 0 ELSE false END`;

/** Hours and days are counted from it, in UTC. */
const ORIGIN = `'2000-01-01T00:00:00Z'`;
const entriesOf = (condition: string): string => `
  SELECT created_at, entity_type, activity_type, duration_seconds, record_count, details FROM public.sync_activity_log l
   WHERE l.org_id = $1 AND ${ENDS} AND ($5::text IS NULL OR l.entity_type = $5) AND ${condition}`;

/**
 * Only the ends of syncs: the guide's query also counts each failed item's entry as a sync. Those that failed are counted beside the
 * others and leave their figures alone; a day on which nothing came to its end is a row only when `includeFailed`.
 *
 * The sum of three parts, by one snapshot: the hours that are counted already (sql/trend_hours.sql); the ends in them that are not counted yet, by
 * transaction; and, by time, the ends of what is no whole hour of a month that is counted. Durations add up as decimal numbers, which give the
 * same sum in any order.
 */
export const activityTrends = (
  orgId: string,
  period: Period,
  entityType: string | null,
  includeFailed: boolean,
): Statement => ({
  text: `
    WITH period AS MATERIALIZED (SELECT ${PERIOD_BEGINS} AS begins, ${PERIOD_ENDS} AS ends),
    mark AS MATERIALIZED (
      SELECT * FROM (
        SELECT m.horizon, m.running, m.partitions, date_bin('1 hour', p.ends, ${ORIGIN}) AS ends,
               date_bin('1 hour', greatest(p.begins, m.since) + interval '1 hour' - interval '1 microsecond', ${ORIGIN}) AS begins
          FROM public.sync_trend_marks m CROSS JOIN period p
         WHERE m.org_id = $1 AND m.cluster = (SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() AS c)) AS whole
       WHERE whole.begins < whole.ends),
    months AS MATERIALIZED (
      SELECT greatest(m.begins, k.begins) AS begins, least(m.ends, k.ends) AS ends, m.id = ANY (k.partitions) AS is_counted
        FROM mark k CROSS JOIN app.activity_months() AS m
       WHERE m.begins < k.ends AND m.ends > k.begins),
    hours AS MATERIALIZED (
      SELECT h.* FROM mark k CROSS JOIN LATERAL (
          SELECT * FROM public.sync_trend_hours o WHERE o.org_id = $1 AND o.hour >= k.begins AND o.hour < k.ends) AS h
       WHERE EXISTS (SELECT FROM months m WHERE m.is_counted AND h.hour >= m.begins AND h.hour < m.ends)),
    ranges AS MATERIALIZED (
      SELECT p.begins, p.ends FROM period p WHERE NOT EXISTS (SELECT FROM mark)
       UNION ALL
      SELECT p.begins, k.begins FROM period p CROSS JOIN mark k WHERE p.begins < k.begins
       UNION ALL
      SELECT k.ends, p.ends FROM period p CROSS JOIN mark k WHERE k.ends < p.ends
       UNION ALL
      SELECT m.begins, m.ends FROM months m WHERE NOT m.is_counted
       UNION ALL
      SELECT h.hour, h.hour + interval '1 hour' FROM hours h WHERE h.is_raw),
    transactions AS MATERIALIZED (
      SELECT k.horizon AS first, '18446744073709551615'::xid8 AS last FROM mark k
       UNION ALL
      SELECT r.id, r.id FROM mark k CROSS JOIN LATERAL unnest(k.running) AS r (id)),
    -- OFFSET: the index serves that each condition is for, whatever is estimated.
    entries AS (
      SELECT e.* FROM ranges r CROSS JOIN LATERAL (${entriesOf('l.created_at >= r.begins AND l.created_at < r.ends')} OFFSET 0) AS e
       UNION ALL
      SELECT e.* FROM mark k CROSS JOIN transactions t
       CROSS JOIN LATERAL (${entriesOf('l.written_in >= t.first AND l.written_in <= t.last')} OFFSET 0) AS e
       WHERE e.created_at >= k.begins AND e.created_at < k.ends
         AND NOT EXISTS (SELECT FROM ranges r WHERE e.created_at >= r.begins AND e.created_at < r.ends)),
    parts AS (
      SELECT date_bin('1 day', created_at, ${ORIGIN}) AS start, entity_type,
             count(*) FILTER (WHERE ${COMPLETED}) AS sync_count,
             count(duration_seconds) FILTER (WHERE ${COMPLETED}) AS timed_count,
             sum(duration_seconds::text::numeric) FILTER (WHERE ${COMPLETED}) AS duration_sum,
             max(duration_seconds) FILTER (WHERE ${COMPLETED}) AS duration_max,
             sum(record_count::bigint) FILTER (WHERE ${COMPLETED}) AS record_sum,
             count(*) FILTER (WHERE NOT ${COMPLETED}) AS failed_count,
             count(*) FILTER (WHERE ${COMPLETED} AND ${LEFT_CONFLICTS}) AS conflict_count
        FROM entries GROUP BY 1, 2
       UNION ALL
      SELECT date_bin('1 day', hour, ${ORIGIN}), entity_type, sync_count, timed_count, duration_sum, duration_max, record_sum, failed_count,
             conflict_count
        FROM hours WHERE NOT is_raw AND ($5::text IS NULL OR entity_type = $5))
    SELECT to_char(d.start AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, d.entity_type, d.sync_count, d.avg_duration_sec, d.max_duration_sec,
           d.total_records, d.failed_syncs, d.conflict_syncs
      FROM (
        SELECT start, entity_type, sum(sync_count)::integer AS sync_count,
               -- What is too small for the type would be refused.
               round(sum(duration_sum) / nullif(sum(timed_count), 0), 300)::double precision AS avg_duration_sec,
               max(duration_max) AS max_duration_sec, coalesce(sum(record_sum), 0)::double precision AS total_records,
               sum(failed_count)::integer AS failed_syncs, sum(conflict_count)::integer AS conflict_syncs
          FROM parts GROUP BY 1, 2
        HAVING $6 OR sum(sync_count) > 0) AS d
     ORDER BY 1, 2`,
  values: [orgId, ...boundsOf(period), entityType, includeFailed],
});
