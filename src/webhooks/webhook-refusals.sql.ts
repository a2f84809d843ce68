import type { WebhookRefusal } from '../connectors/connections/webhook.refusals.ts';
import type { Statement } from '../database/database.ts';

export interface ToldRefusals {
  readonly name: string;
  readonly system: string;
  /** All of them by reason, since the webhook secret was set. */
  readonly webhooks_refused: Readonly<Record<string, number>>;
  /** True when the trail is to have an entry: once an hour. */
  readonly tells: boolean;
}

/** Adds to the counts of a connection. Returns no row when it was removed meanwhile. */
export const countRefusals = (
  orgId: string,
  connectionId: string,
  counts: ReadonlyMap<WebhookRefusal, number>,
  last: WebhookRefusal,
): Statement => ({
  text: `
    WITH clock AS MATERIALIZED (SELECT now() AS at, now() - interval '1 hour' AS an_hour_ago),
    counted AS (
    UPDATE public.sync_connections c
       SET webhooks_refused = c.webhooks_refused || (
             SELECT jsonb_object_agg(n.key, coalesce((c.webhooks_refused ->> n.key)::bigint, 0) + n.value::bigint)
               FROM jsonb_each_text($3::jsonb) AS n),
           webhook_refused_at = now(), webhook_refused_as = $4,
           refusals_told_at = CASE WHEN c.refusals_told_at > clock.an_hour_ago THEN c.refusals_told_at ELSE clock.at END
      FROM clock WHERE c.org_id = $1 AND c.id = $2 AND c.removed_at IS NULL
    RETURNING c.name, c.system, c.webhooks_refused, c.refusals_told_at)
    SELECT name, system, webhooks_refused, refusals_told_at = now() AS tells FROM counted`,
  values: [orgId, connectionId, JSON.stringify(Object.fromEntries(counts)), last],
});
