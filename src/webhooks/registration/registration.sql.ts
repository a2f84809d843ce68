import type { RegisteredWebhooks } from '../../connectors/connections/connection.types.ts';
import type { Statement } from '../../database/database.ts';

/** Connections of all organizations: sql/due_webhook_checks.sql. */
export const dueChecks = (most: number, perOrganization: number): Statement => ({
  text: 'SELECT org_id, id FROM app.due_webhook_checks($1, $2)',
  values: [most, perOrganization],
});

/**
 * Puts the next look off for longer than one takes, so that no other process looks meanwhile, and one that died is made up for. Returns no
 * row when it is not due any more.
 */
export const claimCheck = (orgId: string, connectionId: string): Statement => ({
  text: `
    WITH claimed AS (
      UPDATE public.sync_connections SET webhooks_due_at = now() + interval '5 minutes'
       WHERE org_id = $1 AND id = $2 AND removed_at IS NULL AND webhooks_due_at <= now()
      RETURNING webhooks_due_at)
    SELECT webhooks_due_at::text AS claim, now() AS at FROM claimed`,
  values: [orgId, connectionId],
});
export interface ClaimedCheck {
  /** Exact, as text. */
  readonly claim: string;
  /** The database's time, RFC 3339. */
  readonly at: string;
}

/** Stores what was seen. Keeps an earlier next time: somebody has changed the connection meanwhile. A state of null: there are none any more. */
export const storeState = (
  orgId: string,
  connectionId: string,
  { claim }: ClaimedCheck,
  state: RegisteredWebhooks | null,
  nextSeconds: number | null,
): Statement => ({
  text: `
    WITH next AS MATERIALIZED (SELECT now() + make_interval(secs => $5) AS at)
    UPDATE public.sync_connections
       SET webhooks_state = $4, webhooks_due_at = CASE WHEN webhooks_due_at = $3::timestamptz THEN next.at ELSE webhooks_due_at END
      FROM next WHERE org_id = $1 AND id = $2 AND removed_at IS NULL`,
  values: [orgId, connectionId, claim, state && JSON.stringify(state), nextSeconds],
});

/** As storeState, in the middle of a look. */
export const storeGaps = (orgId: string, connectionId: string, state: RegisteredWebhooks): Statement => ({
  text: `UPDATE public.sync_connections SET webhooks_state = $3 WHERE org_id = $1 AND id = $2 AND removed_at IS NULL`,
  values: [orgId, connectionId, JSON.stringify(state)],
});
