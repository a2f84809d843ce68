import type { Statement } from '../../database/database.ts';

const ONE = 'org_id = $1 AND id = $2 AND removed_at IS NULL';
const ITS_OPEN_RUNS = `ARRAY(
       SELECT r.sync_id FROM public.sync_runs r
        WHERE r.org_id = $1 AND r.state <> 'ended' AND $2 IN (r.source_connection_id, r.destination_connection_id)`;

/** Returns no row when there is no such connection; `changed` is false when it was paused before. */
export const markPaused = (orgId: string, connectionId: string, user: string): Statement => ({
  text: `
    WITH before AS MATERIALIZED (SELECT paused_at FROM public.sync_connections WHERE ${ONE} FOR UPDATE)
    UPDATE public.sync_connections c
       SET paused_at = least(c.paused_at, now()), paused_by = CASE WHEN c.paused_at IS NULL THEN $3 ELSE c.paused_by END
      FROM before WHERE c.${ONE}
    RETURNING c.name, c.system, before.paused_at IS NULL AS changed`,
  values: [orgId, connectionId, user],
});

/** As `markPaused`. */
export const markResumed = (orgId: string, connectionId: string): Statement => ({
  text: `
    WITH before AS MATERIALIZED (SELECT paused_at FROM public.sync_connections WHERE ${ONE} FOR UPDATE)
    UPDATE public.sync_connections c SET paused_at = NULL, paused_by = NULL
      FROM before WHERE c.${ONE}
    RETURNING c.name, c.system, before.paused_at IS NOT NULL AS changed`,
  values: [orgId, connectionId],
});

/** Requests a pause of its runs that have their slots; those that wait are not dispatched. */
export const pauseRunsOf = (orgId: string, connectionId: string, user: string): Statement => ({
  text: `
    UPDATE public.sync_progress p SET pause_requested = true, requested_at = now(), requested_by = $3
     WHERE p.org_id = $1 AND p.completed_at IS NULL AND NOT p.pause_requested AND p.status <> 'paused'
       AND p.sync_id = ANY (${ITS_OPEN_RUNS} AND r.state = 'ready'))
    RETURNING p.sync_id`,
  values: [orgId, connectionId, user],
});

/** Requests the resume of its runs, but of those whose other end is paused. */
export const resumeRunsOf = (orgId: string, connectionId: string, user: string): Statement => ({
  text: `
    UPDATE public.sync_progress p
       SET pause_requested = false, requested_at = now(), requested_by = $3, updated_at = now(),
           status = CASE WHEN p.status = 'paused' THEN 'running' ELSE p.status END
     WHERE p.org_id = $1 AND p.completed_at IS NULL AND (p.pause_requested OR p.status = 'paused')
       AND p.sync_id = ANY (${ITS_OPEN_RUNS} AND NOT EXISTS (
         SELECT FROM public.sync_connections o WHERE o.org_id = $1 AND o.paused_at IS NOT NULL
            AND o.id IN (r.source_connection_id, r.destination_connection_id))))
    RETURNING p.sync_id`,
  values: [orgId, connectionId, user],
});
