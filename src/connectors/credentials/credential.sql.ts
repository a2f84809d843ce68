import type { Statement } from '../../database/database.ts';

/** The secrets of one connection as they are stored. */
export interface SealedRow {
  readonly id: string;
  readonly credentials: Buffer | null;
  readonly credentials_key_id: string | null;
  readonly webhook_secret: Buffer | null;
  readonly webhook_secret_key_id: string | null;
}

/** Runs as the owner, who may read these addresses. All other statements read one organization at a time. */
export const organizationsWithConnections: Statement = {
  text: 'SELECT DISTINCT org_id FROM auth.hook_addresses ORDER BY org_id',
};

/** Locks the rows, so that a concurrent change by a request is neither lost nor overwritten. */
export const sealedWithOlderKeys = (orgId: string, newest: string, after: string | null, limit: number): Statement => ({
  text: `
    SELECT id, credentials, credentials_key_id, webhook_secret, webhook_secret_key_id FROM public.sync_connections
     WHERE org_id = $1 AND removed_at IS NULL AND ($3::uuid IS NULL OR id > $3)
       AND (credentials_key_id <> $2 OR webhook_secret_key_id <> $2)
     ORDER BY id LIMIT $4 FOR UPDATE`,
  values: [orgId, newest, after, limit],
});

/** Does not count as a change of the connection: `updated_at` and the revision stay. */
export const storeSealed = (orgId: string, row: SealedRow): Statement => ({
  text: `
    UPDATE public.sync_connections
       SET credentials = $3, credentials_key_id = $4, webhook_secret = $5, webhook_secret_key_id = $6
     WHERE org_id = $1 AND id = $2`,
  values: [orgId, row.id, row.credentials, row.credentials_key_id, row.webhook_secret, row.webhook_secret_key_id],
});
