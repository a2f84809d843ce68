import type { SealedSecret } from '../connectors/credentials/credential.encryption.ts';
import type { SealedTable } from '../connectors/credentials/credential.sql.ts';
import type { Statement } from '../database/database.ts';
import type { WebhookEndpointDto } from './dto/endpoint.dto.ts';

/** A row of sync_webhook_endpoints without its organization and secrets. */
export type EndpointRow = WebhookEndpointDto;

/** What a tenant sets. */
export type EndpointMembers = Pick<EndpointRow, 'url' | 'description' | 'events' | 'format' | 'enabled'>;

/** No more deliveries of an endpoint wait: sql/publish_event.sql. */
const MAX_WAITING = 10_000;
/** `e` is the endpoint; the deliveries that wait are those of `which`. */
const columns = (
  which: string,
) => `e.id, e.url, e.description, e.events, e.format, e.enabled, e.disabled_reason, e.failing_since,
  CASE WHEN e.previous_secret_until > now() THEN e.previous_secret_until END AS previous_secret_until,
  (SELECT count(*)::int FROM (SELECT FROM public.sync_webhook_deliveries d
     WHERE ${which} AND d.state = 'waiting' LIMIT ${MAX_WAITING}) AS w) AS waiting,
  e.created_by, e.created_at, e.updated_at`;
const COLUMNS = columns('d.org_id = e.org_id AND d.endpoint_id = e.id');
const ONE = 'e.org_id = $1 AND e.id = $2';

/** A change of one endpoint, and how it is then: a distributed Postgres returns columns alone from what it changes. */
const changed = (change: string): string => `
    WITH e AS (${change}
      RETURNING e.*)
    SELECT ${columns('d.org_id = $1 AND d.endpoint_id = $2')} FROM e`;

export const insertEndpoint = (
  orgId: string,
  id: string,
  members: EndpointMembers,
  secret: SealedSecret,
  createdBy: string,
): Statement => ({
  text: changed(`
    INSERT INTO public.sync_webhook_endpoints AS e (org_id, id, url, description, events, format, enabled, secret, secret_key_id,
      created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`),
  values: [orgId, id, ...inOrder(members), secret.box, secret.keyId, createdBy],
});

/** One that is enabled again starts without its past failures. */
export const updateEndpoint = (orgId: string, id: string, members: EndpointMembers): Statement => ({
  text: changed(`
    UPDATE public.sync_webhook_endpoints AS e
       SET url = $3, description = $4, events = $5, format = $6, enabled = $7, updated_at = now(),
           disabled_reason = CASE WHEN $7 THEN NULL ELSE e.disabled_reason END,
           failing_since = CASE WHEN $7 AND NOT e.enabled THEN NULL ELSE e.failing_since END,
           held_until = CASE WHEN $7 AND NOT e.enabled OR e.url <> $3 THEN '-infinity' ELSE e.held_until END
     WHERE ${ONE}`),
  values: [orgId, id, ...inOrder(members)],
});

const inOrder = ({ url, description, events, format, enabled }: EndpointMembers) => [
  url,
  description,
  events,
  format,
  enabled,
];

/** Oldest first. */
export const endpointsOf = (orgId: string): Statement => ({
  text: `SELECT ${COLUMNS} FROM public.sync_webhook_endpoints e WHERE e.org_id = $1 ORDER BY e.created_at, e.id`,
  values: [orgId],
});

export const findEndpoint = (orgId: string, id: string): Statement => ({
  text: `SELECT ${COLUMNS} FROM public.sync_webhook_endpoints e WHERE ${ONE}`,
  values: [orgId, id],
});

/** Locked until the end of the transaction. */
export const lockEndpoint = (orgId: string, id: string): Statement => ({
  text: `SELECT ${COLUMNS} FROM public.sync_webhook_endpoints e WHERE ${ONE} FOR UPDATE`,
  values: [orgId, id],
});

export const deleteEndpoint = (orgId: string, id: string): Statement => ({
  text: `
    WITH log AS (DELETE FROM public.sync_webhook_deliveries d WHERE d.org_id = $1 AND d.endpoint_id = $2),
    e AS (DELETE FROM public.sync_webhook_endpoints e WHERE ${ONE} RETURNING e.*)
    SELECT ${columns('d.org_id = $1 AND d.endpoint_id = $2')} FROM e`,
  values: [orgId, id],
});

/** The secret so far signs beside the new one for a while. */
export const rotateSecret = (orgId: string, id: string, secret: SealedSecret, overlapSeconds: number): Statement => ({
  text: changed(`
    UPDATE public.sync_webhook_endpoints AS e
       SET previous_secret = e.secret, previous_secret_key_id = e.secret_key_id,
           previous_secret_until = now() + make_interval(secs => $5), secret = $3, secret_key_id = $4, updated_at = now()
     WHERE ${ONE}`),
  values: [orgId, id, secret.box, secret.keyId, overlapSeconds],
});

/** Ends an endpoint that has failed for too long, or whose receiver says that it is gone. */
export const disableEndpoint = (orgId: string, id: string, reason: string): Statement => ({
  text: changed(`
    UPDATE public.sync_webhook_endpoints AS e SET enabled = false, disabled_reason = $3, updated_at = now()
     WHERE ${ONE} AND e.enabled`),
  values: [orgId, id, reason],
});

/** For `npm run credentials:rotate`. */
export const ENDPOINT_SECRETS: SealedTable = {
  table: 'public.sync_webhook_endpoints',
  noun: 'webhook endpoint',
  secrets: { secret: 'endpoint_secret', previous_secret: 'endpoint_secret' },
  organizations: { text: 'SELECT DISTINCT org_id FROM public.sync_webhook_endpoints ORDER BY org_id' },
  rows: 'true',
};
