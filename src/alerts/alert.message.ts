import type { AlertRow } from './alert.types.ts';

/** What a message about an alert holds. Without the public address of the service there are no links. */
export function alertMessage(orgId: string, alert: AlertRow, publicUrl: string | undefined): Record<string, unknown> {
  const { id, rule_id, rule_name, kind, summary, opened_at, resolved_at, resolution } = alert;
  const { connection_id, entity_type, source_system, sync_id } = alert;
  const page = publicUrl && `${publicUrl}/o/${encodeURIComponent(orgId)}`;
  return {
    ...{ alert_id: id, rule_id, rule_name, kind, state: resolved_at === null ? 'open' : 'resolved', summary },
    ...{ connection_id, entity_type, source_system, sync_id, opened_at, resolved_at, resolution },
    url: page ? `${page}/alerts?alert=${id}` : null,
    sync_url: page && sync_id !== null ? `${page}/syncs/${encodeURIComponent(sync_id)}` : null,
  };
}
