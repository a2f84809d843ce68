import type { Keyset } from '../common/cursor.ts';
import type { Statement } from '../database/database.ts';
import type { AlertRow } from './alert.types.ts';

const COLUMNS = `id, rule_id, rule_name, kind, subject, connection_id, entity_type, source_system, sync_id, run_kind, summary,
  opened_at, resolved_at, resolution, acknowledged_at, acknowledged_by, acknowledged_reason, acknowledged_until, muted_at, muted_by, muted_reason, muted_until`;
const ONE = 'org_id = $1 AND id = $2';

export interface AlertFilter {
  readonly state: 'open' | 'resolved' | null;
  readonly rule_id: string | null;
  readonly connection_id: string | null;
}

/** Newest first. */
export const alertsPage = (
  orgId: string,
  filter: AlertFilter,
  after: Keyset | undefined,
  limit: number,
): Statement => ({
  text: `
    SELECT ${COLUMNS} FROM public.sync_alerts
     WHERE org_id = $1 ${filter.state === 'open' ? 'AND resolved_at IS NULL' : filter.state ? 'AND resolved_at IS NOT NULL' : ''}
       AND ($2::uuid IS NULL OR rule_id = $2) AND ($3::uuid IS NULL OR connection_id = $3)
       AND ($4::timestamptz IS NULL OR (opened_at, id) < ($4, $5::uuid))
     ORDER BY opened_at DESC, id DESC LIMIT $6`,
  values: [orgId, filter.rule_id, filter.connection_id, after?.at ?? null, after?.id ?? null, limit],
});

export const findAlert = (orgId: string, id: string): Statement => ({
  text: `SELECT ${COLUMNS} FROM public.sync_alerts WHERE ${ONE}`,
  values: [orgId, id],
});

/** Somebody is at it: nobody is reminded until then, or at all. */
export const acknowledgeAlert = (
  orgId: string,
  id: string,
  by: string,
  reason: string,
  until: string | null,
): Statement => ({
  text: `
    UPDATE public.sync_alerts
       SET acknowledged_at = now(), acknowledged_by = $3, acknowledged_reason = $4, acknowledged_until = $5,
           remind_at = CASE WHEN $5::timestamptz IS NOT NULL THEN greatest($5, muted_until) END
     WHERE ${ONE} AND resolved_at IS NULL
    RETURNING ${COLUMNS}`,
  values: [orgId, id, by, reason, until],
});

/** Nothing is told until then; what is open then is told. Null ends it now. */
export const muteAlert = (
  orgId: string,
  id: string,
  mute: { readonly by: string; readonly reason: string; readonly until: string } | null,
): Statement => ({
  text: `
    WITH clock AS MATERIALIZED (SELECT coalesce($5::timestamptz, now()) AS until)
    UPDATE public.sync_alerts
       SET muted_at = ${mute ? 'now()' : 'NULL'}, muted_by = $3, muted_reason = $4, muted_until = $5,
           remind_at = CASE WHEN resolved_at IS NULL THEN clock.until END
      FROM clock WHERE ${ONE}
    RETURNING ${COLUMNS}`,
  values: [orgId, id, mute?.by ?? null, mute?.reason ?? null, mute?.until ?? null],
});

/** Open ones, as an evaluation needs them. */
export interface OpenAlert extends AlertRow {
  readonly told: boolean;
}
export const openAlerts = (orgId: string, limit: number): Statement => ({
  text: `
    SELECT ${COLUMNS}, told FROM public.sync_alerts WHERE org_id = $1 AND resolved_at IS NULL
     ORDER BY opened_at, id LIMIT $2`,
  values: [orgId, limit],
});

/** What an evaluation opens. */
export interface OpenedAlert {
  readonly rule_id: string;
  readonly rule_name: string;
  readonly kind: string;
  readonly subject: string;
  readonly connection_id: string | null;
  readonly entity_type: string | null;
  readonly source_system: string | null;
  readonly sync_id: string | null;
  readonly run_kind: string | null;
  readonly summary: string;
  readonly still_open_seconds: number | null;
}

/** A mute of the same rule and subject that is not over holds for the new one, too. Returns those that may be told. */
export const insertAlerts = (orgId: string, alerts: readonly OpenedAlert[]): Statement => ({
  text: `
    SELECT ${COLUMNS}, told FROM app.open_alerts($1, $2)`,
  values: [orgId, JSON.stringify(alerts)],
});

/** Those that were still open. */
export const resolveAlerts = (orgId: string, ended: readonly { id: string; resolution: string }[]): Statement => ({
  text: `
    WITH resolved AS (
      UPDATE public.sync_alerts AS a SET resolved_at = now(), resolution = e.resolution, remind_at = NULL
        FROM jsonb_to_recordset($2) AS e (id uuid, resolution text)
       WHERE a.org_id = $1 AND a.id = e.id AND a.resolved_at IS NULL
      RETURNING a.*)
    SELECT ${COLUMNS}, told AND coalesce(muted_until <= now(), true) AS told FROM resolved`,
  values: [orgId, JSON.stringify(ended)],
});

/** Open ones that are to be told again, which is done once. */
export const takeReminders = (orgId: string): Statement => ({
  text: `
    UPDATE public.sync_alerts SET remind_at = NULL, told = true
     WHERE org_id = $1 AND resolved_at IS NULL AND remind_at <= now()
    RETURNING ${COLUMNS}, told`,
  values: [orgId],
});

/** One message a change of state, in the transaction of the change. */
export interface AlertMessage {
  readonly event: string;
  readonly data: object;
  readonly endpoint_ids: readonly string[];
}
export const publishMessages = (orgId: string, messages: readonly AlertMessage[]): Statement => ({
  text: `
    SELECT app.publish_event($1, m.event, m.data, ARRAY(SELECT jsonb_array_elements_text(m.endpoint_ids)::uuid))
      FROM jsonb_to_recordset($2) AS m (event text, data jsonb, endpoint_ids jsonb)`,
  values: [orgId, JSON.stringify(messages)],
});
