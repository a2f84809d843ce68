import type { Statement } from '../../database/database.ts';
import type { SealedSecret, SecretContext } from './credential.encryption.ts';

/** A table with encrypted secrets; each is a column of the ciphertext, and beside it the id of the key with `_key_id` at its end. */
export interface SealedTable {
  readonly table: string;
  /** What a row of it is called. */
  readonly noun: string;
  readonly secrets: Readonly<Record<string, SecretContext['purpose']>>;
  /** Runs as the owner, who may list the organizations. All other statements read one organization at a time. */
  readonly organizations: Statement;
  /** Which rows still count. */
  readonly rows: string;
}

export const CONNECTION_SECRETS: SealedTable = {
  table: 'public.sync_connections',
  noun: 'connection',
  secrets: { credentials: 'credentials', webhook_secret: 'webhook_secret' },
  organizations: { text: 'SELECT DISTINCT org_id FROM auth.hook_addresses ORDER BY org_id' },
  rows: 'removed_at IS NULL',
};

/** The secrets of one row as they are stored, by column; null: it has none. */
export interface SealedRow {
  readonly id: string;
  readonly secrets: Readonly<Record<string, SealedSecret | null>>;
}

/** Locks the rows, so that a concurrent change by a request is neither lost nor overwritten. */
export const sealedWithOlderKeys = (
  { table, secrets, rows }: SealedTable,
  orgId: string,
  newest: string,
  page: { readonly after: string | null; readonly limit: number },
): Statement => {
  const columns = Object.keys(secrets);
  return {
    text: `
      SELECT id, ${columns.map((name) => `${name}, ${name}_key_id`).join(', ')} FROM ${table}
       WHERE org_id = $1 AND ${rows} AND ($3::uuid IS NULL OR id > $3)
         AND (${columns.map((name) => `${name}_key_id <> $2`).join(' OR ')})
       ORDER BY id LIMIT $4 FOR UPDATE`,
    values: [orgId, newest, page.after, page.limit],
  };
};

/** From a row that `sealedWithOlderKeys` returned. */
export function toSealedRow({ secrets }: SealedTable, row: Readonly<Record<string, unknown>>): SealedRow {
  const entries = Object.keys(secrets).map((name) => {
    const [box, keyId] = [row[name] as Buffer | null, row[`${name}_key_id`] as string | null];
    return [name, box === null || keyId === null ? null : { box, keyId }] as const;
  });
  return { id: String(row.id), secrets: Object.fromEntries(entries) };
}

/** Does not count as a change of the row: `updated_at` and a revision stay. */
export const storeSealed = ({ table }: SealedTable, orgId: string, { id, secrets }: SealedRow): Statement => {
  const entries = Object.entries(secrets);
  const set = entries.map(([name], index) => `${name} = $${2 * index + 3}, ${name}_key_id = $${2 * index + 4}`);
  return {
    text: `UPDATE ${table} SET ${set.join(', ')} WHERE org_id = $1 AND id = $2`,
    values: [orgId, id, ...entries.flatMap(([, sealed]) => [sealed?.box ?? null, sealed?.keyId ?? null])],
  };
};
