import type { Statement } from '../../database/database.ts';
import type { SubjectRow } from './subject.history.ts';

/** Organizations whose turn it is: sql/claim_alert_turns.sql. */
export const claimTurns = (most: number, leaseSeconds: number): Statement => ({
  text: 'SELECT org_id FROM app.claim_alert_turns($1, make_interval(secs => $2))',
  values: [most, leaseSeconds],
});

export interface TurnRow {
  /** The database's time, RFC 3339. */
  readonly at: string;
  readonly is_due: boolean;
  readonly is_seeded: boolean;
  /** Since when a sync was seen to wait, RFC 3339, by sync_id. */
  readonly limited: Readonly<Record<string, string>>;
}

/** Locked until the end of the transaction: nobody else evaluates the organization, even if a lease is over. */
export const lockTurn = (orgId: string): Statement => ({
  text: `
    SELECT now() AS at, due_at <= now() AS is_due, seeded_at IS NOT NULL AS is_seeded, limited
      FROM public.sync_alert_turns WHERE org_id = $1 FOR UPDATE`,
  values: [orgId],
});

/** `lookAfterSeconds` null: there was no look. */
export const endTurn = (orgId: string, limited: object | null, lookAfterSeconds: number | null): Statement => ({
  text: `
    UPDATE public.sync_alert_turns
       SET claimed_until = '-infinity', seeded_at = least(seeded_at, now()), limited = coalesce($2, limited)
           ${lookAfterSeconds === null ? '' : ', due_at = now() + make_interval(secs => $3)'}
     WHERE org_id = $1`,
  values: [orgId, limited && JSON.stringify(limited), ...(lookAfterSeconds === null ? [] : [lookAfterSeconds])],
});

/** An organization without rules leaves no signals any more, and nothing is kept of its past. */
export const forgetOrganization = (orgId: string): Statement => ({
  text: `
    WITH subjects AS (DELETE FROM public.sync_alert_subjects WHERE org_id = $1),
         signals AS (DELETE FROM public.sync_alert_signals WHERE org_id = $1)
    DELETE FROM public.sync_alert_turns WHERE org_id = $1`,
  values: [orgId],
});

const RUN = `r.kind AS run_kind, r.mode, r.trigger, r.source_connection_id AS connection_id, r.destination_connection_id,
       coalesce((r.counts ->> 'conflict')::double precision, 0) AS conflicts`;

/**
 * Takes the oldest signals away and returns what the syncs of them came to. Previews and reconciles change nothing, so they are left out.
 * The entries of a run about itself are written at its end, so an hour of the trail holds them. LIMIT makes the planner look up each sync.
 */
export const takeEndedSyncs = (orgId: string, limit: number): Statement => ({
  text: `
    WITH g AS (
      DELETE FROM public.sync_alert_signals s
       WHERE s.org_id = $1 AND (s.created_at, s.sync_id) IN (
         SELECT o.created_at, o.sync_id FROM public.sync_alert_signals o WHERE o.org_id = $1
          ORDER BY o.created_at, o.sync_id LIMIT $2)
      RETURNING s.org_id, s.created_at, s.sync_id)
    SELECT p.sync_id, p.status, g.created_at AS ended_at, p.entity_type, p.source_system, p.processed_count, p.failed_count,
           p.speed_items_per_min, left(p.error_message, 300) AS error_message, ${RUN},
           coalesce(t.guard_tripped, false) AS guard_tripped, coalesce(t.webhooks_missed, 0) AS webhooks_missed
      FROM g
      CROSS JOIN LATERAL (SELECT * FROM public.sync_progress p WHERE p.org_id = $1 AND p.sync_id = g.sync_id LIMIT 1) AS p
      LEFT JOIN LATERAL (SELECT * FROM public.sync_runs r WHERE r.org_id = $1 AND r.sync_id = g.sync_id LIMIT 1) AS r ON true
      LEFT JOIN LATERAL (
        SELECT bool_or(a.activity_type = 'delete_guard_tripped') AS guard_tripped,
               max(a.record_count) FILTER (WHERE a.activity_type = 'webhooks_missed') AS webhooks_missed
          FROM public.sync_activity_log a
         WHERE a.org_id = $1 AND a.sync_id = g.sync_id AND a.activity_type IN ('delete_guard_tripped', 'webhooks_missed')
           AND a.created_at > g.created_at - interval '1 hour' AND a.created_at <= g.created_at + interval '1 hour'
           AND r.sync_id IS NOT NULL) AS t ON true
     WHERE p.completed_at IS NOT NULL AND r.kind IS DISTINCT FROM 'preview' AND r.kind IS DISTINCT FROM 'reconcile'
     ORDER BY g.created_at, g.sync_id`,
  values: [orgId, limit],
});

/**
 * For an organization that has its first rule: the newest syncs that have ended, the oldest of them first. Of the last 31 days, since no rule looks
 * further back.
 */
export const pastSyncs = (orgId: string, without: readonly string[], limit: number): Statement => ({
  text: `
    SELECT p.sync_id, p.status, p.completed_at AS ended_at, p.entity_type, p.source_system, p.processed_count, p.failed_count,
           p.speed_items_per_min, NULL AS error_message, ${RUN}, false AS guard_tripped, 0 AS webhooks_missed
      FROM (SELECT * FROM public.sync_progress
             WHERE org_id = $1 AND completed_at > now() - interval '31 days' AND completed_at <= now()
             ORDER BY completed_at DESC LIMIT $3) AS p
      LEFT JOIN public.sync_runs r ON r.org_id = p.org_id AND r.sync_id = p.sync_id
     WHERE p.sync_id <> ALL ($2::text[]) AND r.kind IS DISTINCT FROM 'preview' AND r.kind IS DISTINCT FROM 'reconcile'
     ORDER BY p.completed_at`,
  values: [orgId, without, limit],
});

const SUBJECT = `subject, connection_id, destination_connection_id, entity_type, source_system, first_seen_at, last_ended_at,
  last_success_at, successes, speeds, arrivals`;

/** `names` null: all of them, which are bounded. */
export const subjectsOf = (orgId: string, names: readonly string[] | null): Statement => ({
  text: `
    SELECT ${SUBJECT} FROM public.sync_alert_subjects
     WHERE org_id = $1 AND ($2::text[] IS NULL OR subject = ANY ($2))`,
  values: [orgId, names],
});

/** Of those that are new, as many as there is room for: a reporter may make up names without end. */
export const saveSubjects = (orgId: string, rows: readonly SubjectRow[], most: number): Statement => ({
  text: 'SELECT app.save_subjects($1, $2, $3)',
  values: [orgId, JSON.stringify(rows), most],
});

/** What has not run for three months is not waited for any more. */
export const forgetOldSubjects = (orgId: string): Statement => ({
  text: `DELETE FROM public.sync_alert_subjects WHERE org_id = $1 AND last_ended_at < now() - interval '90 days'`,
  values: [orgId],
});

/** The connections in use, whose number is bounded by a quota. */
export const watchedConnections = (orgId: string): Statement => ({
  text: `
    SELECT id, name, status, left(last_error, 300) AS last_error,
           coalesce((webhooks_state ->> 'failures')::integer, 0) AS webhook_failures,
           left(webhooks_state ->> 'error', 300) AS webhook_error
      FROM public.sync_connections WHERE org_id = $1 AND removed_at IS NULL`,
  values: [orgId],
});

/** What schedules run, as subjects name it. */
export const scheduledSubjects = (orgId: string): Statement => ({
  text: `
    SELECT DISTINCT 'connection:' || connection_id || ':' || entity_type || ':' || destination AS subject
      FROM public.sync_schedules WHERE org_id = $1 AND enabled AND kind = 'sync' AND mode <> 'census'`,
  values: [orgId],
});

/** Active syncs that wait for a rate limit, from the index of active ones. */
export const limitedSyncs = (orgId: string, limit: number): Statement => ({
  text: `
    SELECT p.sync_id, p.entity_type, p.source_system, p.rate_limited_until, r.kind AS run_kind,
           r.source_connection_id AS connection_id, r.destination_connection_id
      FROM (SELECT * FROM public.sync_progress
             WHERE org_id = $1 AND completed_at IS NULL AND rate_limited_until IS NOT NULL AND NOT pause_requested
             ORDER BY started_at DESC, sync_id DESC LIMIT $2) AS p
      LEFT JOIN public.sync_runs r ON r.org_id = p.org_id AND r.sync_id = p.sync_id`,
  values: [orgId, limit],
});
