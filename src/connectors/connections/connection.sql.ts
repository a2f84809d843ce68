import type { Keyset } from '../../common/cursor.ts';
import type { Statement } from '../../database/database.ts';
import type { Members } from '../catalogue/settings.schema.ts';
import type { SealedSecret } from '../credentials/credential.encryption.ts';
import type { ConnectionCheckEntryDto } from './dto/connection-check.dto.ts';

/** Without the ciphertexts; statements that need them add SEALED. */
const SHOWN = `org_id, id, name, system, base_url, settings, credentials IS NOT NULL AS has_credentials, access_revision,
  system_id, forgets_records, status, last_checked_at, last_error, version, account, warnings, credentials_expire_at,
  webhooks_refused, webhook_refused_at, webhook_refused_as, webhooks_state, webhooks_due_at, paused_at, paused_by, created_by, created_at,
  updated_at`;
const SEALED = 'credentials, credentials_key_id, webhook_secret, webhook_secret_key_id';
/** Every statement leaves out removed connections. */
const ONE = 'org_id = $1 AND id = $2 AND removed_at IS NULL';

export interface NewConnection {
  readonly id: string;
  readonly name: string;
  readonly system: string;
  readonly baseUrl: string;
  readonly settings: Members;
  readonly credentials: SealedSecret;
  readonly webhookSecret: SealedSecret | null;
  readonly createdBy: string;
}

/** Returns no row when another connection has the name. */
export const insertConnection = (orgId: string, connection: NewConnection): Statement => ({
  text: `
    INSERT INTO public.sync_connections (org_id, id, name, system, base_url, settings, created_by, ${SEALED}, webhooks_due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CASE WHEN $6::jsonb ->> 'webhooks' = 'managed' THEN now() END)
    ON CONFLICT (org_id, name) WHERE removed_at IS NULL DO NOTHING
    RETURNING ${SHOWN}`,
  values: [
    orgId,
    connection.id,
    connection.name,
    connection.system,
    connection.baseUrl,
    JSON.stringify(connection.settings),
    connection.createdBy,
    connection.credentials.box,
    connection.credentials.keyId,
    connection.webhookSecret?.box ?? null,
    connection.webhookSecret?.keyId ?? null,
  ],
});

/** Lets a webhook, which names a connection but no organization, find the organization. */
export const insertHookAddress = (orgId: string, connectionId: string): Statement => ({
  text: 'INSERT INTO auth.hook_addresses (org_id, connection_id) VALUES ($1, $2)',
  values: [orgId, connectionId],
});

export const findHook = (connectionId: string): Statement => ({
  text: 'SELECT app.find_webhook($1) AS org_id',
  values: [connectionId],
});

export const removeHookAddress = (connectionId: string): Statement => ({
  text: 'SELECT app.remove_webhook($1)',
  values: [connectionId],
});

export const findConnection = (orgId: string, id: string): Statement => ({
  text: `SELECT ${SHOWN} FROM public.sync_connections WHERE ${ONE}`,
  values: [orgId, id],
});

export const lockConnection = (orgId: string, id: string): Statement => ({
  text: `SELECT ${SHOWN} FROM public.sync_connections WHERE ${ONE} FOR UPDATE`,
  values: [orgId, id],
});

export const findSealedConnection = (orgId: string, id: string): Statement => ({
  text: `SELECT ${SHOWN}, ${SEALED} FROM public.sync_connections WHERE ${ONE}`,
  values: [orgId, id],
});

/** Returns a row when another connection has the name. */
export const findNameTaken = (orgId: string, name: string, otherThan: string): Statement => ({
  text: 'SELECT 1 FROM public.sync_connections WHERE org_id = $1 AND name = $2 AND id <> $3 AND removed_at IS NULL',
  values: [orgId, name, otherThan],
});

/** Newest first. */
export const connectionsPage = (
  orgId: string,
  system: string | null,
  after: Keyset | undefined,
  limit: number,
): Statement => ({
  text: `
    SELECT ${SHOWN} FROM public.sync_connections
     WHERE org_id = $1 AND removed_at IS NULL AND ($2::text IS NULL OR system = $2)
       ${after ? 'AND (created_at, id) < ($4, $5)' : ''}
     ORDER BY created_at DESC, id DESC LIMIT $3`,
  values: [orgId, system, limit, ...(after ? [after.at, after.id] : [])],
});

/** The connection after a change. A secret that is undefined stays as it is. */
export interface ChangedConnection {
  readonly name: string;
  readonly baseUrl: string;
  readonly settings: Members;
  readonly credentials: SealedSecret | undefined;
  readonly webhookSecret: SealedSecret | undefined;
  /** True when base_url or credentials changed, so that results of earlier checks no longer apply. */
  readonly resetsStatus: boolean;
}

export const updateConnection = (orgId: string, id: string, changed: ChangedConnection): Statement => ({
  text: `
    WITH clock AS MATERIALIZED (SELECT now() AS at)
    UPDATE public.sync_connections
       SET name = $3, base_url = $4, settings = $5, updated_at = now(),
           -- Whatever has changed, the registered webhooks may have to.
           webhooks_due_at = CASE WHEN $5::jsonb ->> 'webhooks' = 'managed' OR webhooks_state IS NOT NULL THEN clock.at END,
           credentials = coalesce($6, credentials), credentials_key_id = coalesce($7, credentials_key_id),
           webhook_secret = coalesce($8, webhook_secret), webhook_secret_key_id = coalesce($9, webhook_secret_key_id)
           ${
             changed.webhookSecret
               ? `, webhooks_refused = '{}', webhook_refused_at = NULL, webhook_refused_as = NULL, refusals_told_at = NULL`
               : ''
           }
           ${
             changed.resetsStatus
               ? `, access_revision = access_revision + 1, status = 'unchecked', last_checked_at = NULL, last_error = NULL,
                  version = NULL, account = NULL, warnings = '[]', credentials_expire_at = NULL`
               : ''
           }
      FROM clock WHERE ${ONE}
    RETURNING ${SHOWN}`,
  values: [
    orgId,
    id,
    changed.name,
    changed.baseUrl,
    JSON.stringify(changed.settings),
    changed.credentials?.box ?? null,
    changed.credentials?.keyId ?? null,
    changed.webhookSecret?.box ?? null,
    changed.webhookSecret?.keyId ?? null,
  ],
});

/** Deletes the secrets at once. The rest stays, so that earlier syncs still show what they were connected to. */
export const removeConnection = (orgId: string, id: string): Statement => ({
  text: `
    UPDATE public.sync_connections
       SET removed_at = now(), credentials = NULL, credentials_key_id = NULL, webhook_secret = NULL, webhook_secret_key_id = NULL
     WHERE ${ONE}
    RETURNING name, system, system_id, base_url, settings`,
  values: [orgId, id],
});

export interface CheckedState {
  readonly version: string | null;
  readonly account: string | null;
  readonly warnings: readonly string[];
  readonly credentialsExpireAt: string | null;
}

/** The same as in migrations/0008-connectors.ts. */
const CHECKS_KEPT = 50;

/** What a check found, as it is kept in the history; the time is the database's. */
export type KeptCheck = Omit<ConnectionCheckEntryDto, 'at'>;

/** Returns no row when base_url or credentials changed meanwhile, or the connection was removed. A failure keeps earlier results. */
export const storeCheck = (
  orgId: string,
  id: string,
  revision: number,
  check: KeptCheck,
  outcome: CheckedState | { readonly failure: string },
): Statement => {
  const isFailure = 'failure' in outcome;
  const { version, account, warnings, credentialsExpireAt } = isFailure
    ? { version: null, account: null, warnings: [], credentialsExpireAt: null }
    : outcome;
  return {
    text: `
      UPDATE public.sync_connections
         SET last_checked_at = now(), last_error = $4,
             checks = (SELECT jsonb_agg(k.entry ORDER BY k.n) FROM (
               SELECT jsonb_build_object('at', now()) || $5::jsonb AS entry, 0 AS n
                UNION ALL SELECT o.value, o.ordinality FROM jsonb_array_elements(checks) WITH ORDINALITY AS o
                ORDER BY n LIMIT ${CHECKS_KEPT}) AS k),
             ${
               isFailure
                 ? `status = 'failing'`
                 : `status = 'ok', version = $6, account = $7, warnings = $8, credentials_expire_at = $9`
             }
       WHERE ${ONE} AND access_revision = $3 RETURNING id`,
    values: [
      ...[orgId, id, revision, isFailure ? outcome.failure : null, JSON.stringify(check)],
      ...(isFailure ? [] : [version, account, JSON.stringify(warnings), credentialsExpireAt]),
    ],
  };
};

export const findChecks = (orgId: string, id: string): Statement => ({
  text: `SELECT checks FROM public.sync_connections WHERE ${ONE}`,
  values: [orgId, id],
});
