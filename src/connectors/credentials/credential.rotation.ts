import type pg from 'pg';
import { Problem } from '../../common/problem.ts';
import type { Statement } from '../../database/database.ts';
import { withOwner } from '../../database/owner.client.ts';
import { beginFor } from '../../tenancy/statement.limits.ts';
import type { CredentialCipher } from './credential.encryption.ts';
import { type SealedRow, type SealedTable, sealedWithOlderKeys, storeSealed, toSealedRow } from './credential.sql.ts';

const BATCH = 100;

export interface Rotation {
  /** The number of rows whose secrets were encrypted again with the newest key. */
  readonly changed: number;
  /** Rows whose secrets no given key decrypts, and why. They stay as they are. */
  readonly unreadable: readonly { readonly orgId: string; readonly id: string; readonly reason: string }[];
}

/**
 * Encrypts every secret of the table again with the newest key, organization by organization, in one transaction for each batch. It
 * skips secrets that already have that key, so it may run again, also after an interruption.
 */
export function rotateSecrets(
  ownerUrl: string,
  cipher: CredentialCipher,
  table: SealedTable,
  batchSize = BATCH,
): Promise<Rotation> {
  return withOwner(ownerUrl, { name: 'rotation' }, (owner) => rotate(owner, cipher, table, batchSize));
}

async function rotate(
  owner: pg.Client,
  cipher: CredentialCipher,
  table: SealedTable,
  batchSize: number,
): Promise<Rotation> {
  const newest = cipher.newestKeyId;
  const run = async <Row extends object>({ text, values }: Statement) =>
    (await owner.query<Row>(text, values as unknown[])).rows;
  const unreadable: Rotation['unreadable'][number][] = [];
  let changed = 0;

  const rotateBatch = async (orgId: string, after: string | null): Promise<string | null> => {
    await run({ text: 'BEGIN' });
    await run(beginFor(orgId, 'work', 0));
    const page = { after, limit: batchSize };
    const rows = await run<Record<string, unknown>>(sealedWithOlderKeys(table, orgId, newest, page));
    const sealedRows = rows.map((row) => toSealedRow(table, row));
    for (const row of sealedRows) {
      const sealed = resealed(cipher, table, orgId, row);
      if (sealed instanceof Problem) unreadable.push({ orgId, id: row.id, reason: sealed.message });
      else {
        await run(storeSealed(table, orgId, sealed));
        changed += 1;
      }
    }
    await run({ text: 'COMMIT' });
    return rows.length < batchSize ? null : (sealedRows.at(-1)?.id ?? null);
  };

  for (const { org_id } of await run<{ org_id: string }>(table.organizations)) {
    for (let after = await rotateBatch(org_id, null); after !== null; ) after = await rotateBatch(org_id, after);
  }
  return { changed, unreadable };
}

function resealed(cipher: CredentialCipher, table: SealedTable, orgId: string, row: SealedRow): SealedRow | Problem {
  try {
    const entries = Object.entries(table.secrets).map(([name, purpose]) => {
      const sealed = row.secrets[name] ?? null;
      if (sealed === null || sealed.keyId === cipher.newestKeyId) return [name, sealed] as const;
      const context = { orgId, connectionId: row.id, purpose };
      return [name, cipher.seal(cipher.open(sealed, context), context)] as const;
    });
    return { id: row.id, secrets: Object.fromEntries(entries) };
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
