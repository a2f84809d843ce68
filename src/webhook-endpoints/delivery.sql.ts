import type { Keyset } from '../common/cursor.ts';
import type { Statement } from '../database/database.ts';
import type { WebhookDeliveryDto } from './dto/delivery.dto.ts';
import type { MessageFormat } from './message.body.ts';

/** A row of sync_webhook_deliveries as it is shown. */
export type DeliveryRow = WebhookDeliveryDto;

const COLUMNS = `id, endpoint_id, event_id, event_type, data, state, attempts,
  CASE WHEN state = 'waiting' THEN next_attempt_at END AS next_attempt_at, attempted_at, response_status, error_message, duration_ms, created_at`;

/** Newest first. */
export const deliveriesPage = (
  orgId: string,
  endpointId: string,
  page: { readonly state: string | null; readonly after: Keyset | undefined; readonly limit: number },
): Statement => ({
  text: `
    SELECT ${COLUMNS} FROM public.sync_webhook_deliveries
     WHERE org_id = $1 AND endpoint_id = $2 AND ($3::text IS NULL OR state = $3)
       AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $6`,
  values: [orgId, endpointId, page.state, page.after?.at ?? null, page.after?.id ?? null, page.limit],
});

/** A delivery to one endpoint, whatever events it wants. */
export const insertDelivery = (orgId: string, endpointId: string, eventType: string, data: object): Statement => ({
  text: `
    INSERT INTO public.sync_webhook_deliveries (org_id, endpoint_id, event_id, event_type, data)
    VALUES ($1, $2, gen_random_uuid(), $3, $4) RETURNING ${COLUMNS}`,
  values: [orgId, endpointId, eventType, JSON.stringify(data)],
});

const AGAIN = `state = 'waiting', attempts = 0, next_attempt_at = now(), expires_at = now() + interval '1 day'`;

export const replayOne = (orgId: string, endpointId: string, id: string): Statement => ({
  text: `
    UPDATE public.sync_webhook_deliveries SET ${AGAIN}
     WHERE org_id = $1 AND id = $3 AND endpoint_id = $2
    RETURNING ${COLUMNS}`,
  values: [orgId, endpointId, id],
});

/** Those that do not wait; `state` null: delivered or failed. */
export const replaySince = (orgId: string, endpointId: string, since: string, state: string | null): Statement => ({
  text: `
    WITH replayed AS (
      UPDATE public.sync_webhook_deliveries SET ${AGAIN}
       WHERE org_id = $1 AND endpoint_id = $2 AND created_at >= $3 AND state <> 'waiting' AND ($4::text IS NULL OR state = $4)
      RETURNING 1)
    SELECT count(*)::int AS replayed FROM replayed`,
  values: [orgId, endpointId, since, state],
});

/** What waits for an endpoint that was disabled is not sent later by surprise; a replay sends it. */
export const failWaiting = (orgId: string, endpointId: string, reason: string): Statement => ({
  text: `
    UPDATE public.sync_webhook_deliveries SET state = 'failed', error_message = $3
     WHERE org_id = $1 AND endpoint_id = $2 AND state = 'waiting'`,
  values: [orgId, endpointId, reason],
});

/** A delivery to make, with what it is made with. */
export interface DueDelivery {
  readonly id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly created_at: string;
  /** Of what made the event, when that was traced. */
  readonly traceparent: string | null;
  readonly url: string;
  readonly format: MessageFormat;
  readonly secret: Buffer;
  readonly secret_key_id: string;
  /** Null when it is over. */
  readonly previous_secret: Buffer | null;
  readonly previous_secret_key_id: string | null;
}

/** The deliveries of an enabled endpoint that are due, the longest due first. */
export const dueDeliveries = (orgId: string, endpointId: string, limit: number): Statement => ({
  text: `
    SELECT d.id, d.event_id, d.event_type, d.data, d.attempts, d.created_at, d.traceparent, e.url, e.format, e.secret, e.secret_key_id,
           CASE WHEN e.previous_secret_until > now() THEN e.previous_secret END AS previous_secret, e.previous_secret_key_id
      FROM public.sync_webhook_endpoints e CROSS JOIN LATERAL (
        SELECT * FROM public.sync_webhook_deliveries d
         WHERE d.org_id = e.org_id AND d.endpoint_id = e.id AND d.state = 'waiting' AND d.next_attempt_at <= now()
         ORDER BY d.next_attempt_at LIMIT $3) AS d
     WHERE e.org_id = $1 AND e.id = $2 AND e.enabled
     ORDER BY d.next_attempt_at, d.created_at, d.id`,
  values: [orgId, endpointId, limit],
});

/** Whether an endpoint has had so many messages within a day. */
export const hasDeliveredToday = (orgId: string, endpointId: string, most: number): Statement => ({
  text: `
    SELECT count(*) >= $3 AS reached FROM (
      SELECT FROM public.sync_webhook_deliveries
       WHERE org_id = $1 AND endpoint_id = $2 AND created_at > now() - interval '1 day' AND state = 'delivered' LIMIT $3) AS d`,
  values: [orgId, endpointId, most],
});

/** What one attempt came to. */
export interface Attempt {
  readonly delivered: boolean;
  /** Of HTTP, or the code of a mail server. Null without a complete response. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  /** What the receiver asked for. */
  readonly requestedWaitMs?: number | undefined;
}

/** One that has no attempt left before it expires has failed. */
export const noteAttempt = (orgId: string, id: string, attempt: Attempt, waitMs: number): Statement => ({
  text: `
    WITH next AS MATERIALIZED (SELECT now() + make_interval(secs => $7::double precision / 1000) AS at)
    UPDATE public.sync_webhook_deliveries
       SET attempts = attempts + 1, attempted_at = now(), response_status = $4, error_message = $5, duration_ms = $6,
           next_attempt_at = next.at,
           state = CASE WHEN $3::boolean THEN 'delivered' WHEN next.at > expires_at THEN 'failed' ELSE 'waiting' END
      FROM next WHERE org_id = $1 AND id = $2 AND state = 'waiting'`,
  values: [orgId, id, attempt.delivered, attempt.status, attempt.error, attempt.durationMs, waitMs],
});

/** How a turn ended. */
export interface TurnEnd {
  /** False: the last attempt failed. Null: there was none. */
  readonly lastDelivered: boolean | null;
  readonly anyDelivered: boolean;
  /** The endpoint has a rest before its next turn: a quarter of the time for which it has failed, 5 s to 10 min. */
  readonly isHeld: boolean;
}

/** Gives the turn back, keeps the newest deliveries that are done, and returns whether the endpoint has failed for too long. */
export const endTurn = (
  orgId: string,
  endpointId: string,
  { lastDelivered, anyDelivered, isHeld }: TurnEnd,
  { kept, failingDays }: { readonly kept: number; readonly failingDays: number },
): Statement => ({
  text: `
    WITH trimmed AS (
      DELETE FROM public.sync_webhook_deliveries d
       WHERE d.org_id = $1 AND d.endpoint_id = $2 AND d.state <> 'waiting' AND d.created_at < (
         SELECT n.created_at FROM public.sync_webhook_deliveries n
          WHERE n.org_id = $1 AND n.endpoint_id = $2 AND n.state <> 'waiting'
          ORDER BY n.created_at DESC, n.id DESC OFFSET $6::integer LIMIT 1)),
    -- What has failed for how long, and until when that holds the next turn, is known before the row is changed.
    turn AS MATERIALIZED (
      SELECT f.since, now() + greatest(interval '5 s', least((now() - f.since) / 4, interval '10 min')) AS held_until
        FROM public.sync_webhook_endpoints o CROSS JOIN LATERAL (
          SELECT CASE WHEN $3::boolean IS NULL THEN o.failing_since WHEN $3 THEN NULL
                      WHEN $4::boolean THEN now() ELSE coalesce(o.failing_since, now()) END AS since) AS f
       WHERE o.org_id = $1 AND o.id = $2),
    ended AS (
      UPDATE public.sync_webhook_endpoints e
         SET claimed_until = '-infinity', failing_since = turn.since,
             held_until = CASE WHEN $5::boolean THEN turn.held_until ELSE e.held_until END
        FROM turn WHERE e.org_id = $1 AND e.id = $2
      RETURNING e.failing_since)
    SELECT coalesce(failing_since < now() - make_interval(days => $7::integer), false) AS failed_too_long FROM ended`,
  values: [orgId, endpointId, lastDelivered, anyDelivered, isHeld, kept, failingDays],
});

/** Endpoints of all organizations: sql/claim_webhook_endpoints.sql. */
export const claimEndpoints = (most: number, mostOfOne: number, leaseSeconds: number): Statement => ({
  text: 'SELECT org_id, endpoint_id FROM app.claim_webhook_endpoints($1, $2, make_interval(secs => $3))',
  values: [most, mostOfOne, leaseSeconds],
});
