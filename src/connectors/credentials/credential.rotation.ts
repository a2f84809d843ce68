import type pg from 'pg';
import { Problem } from '../../common/problem.ts';
import type { Statement } from '../../database/database.ts';
import { withOwner } from '../../database/owner.client.ts';
import { beginFor } from '../../tenancy/statement.limits.ts';
import type { CredentialCipher, SecretContext } from './credential.encryption.ts';
import { organizationsWithConnections, type SealedRow, sealedWithOlderKeys, storeSealed } from './credential.sql.ts';

const BATCH = 100;

export interface Rotation {
  /** The number of connections whose secrets were encrypted again with the newest key. */
  readonly changed: number;
  /** Connections whose secrets no given key decrypts, and why. They stay as they are. */
  readonly unreadable: readonly { readonly orgId: string; readonly connectionId: string; readonly reason: string }[];
}

/**
 * Encrypts every connection's secrets again with the newest key, organization by organization, in one transaction for each batch. It
 * skips secrets that already have that key, so it may run again, also after an interruption.
 */
export function rotateCredentials(ownerUrl: string, cipher: CredentialCipher, batchSize = BATCH): Promise<Rotation> {
  return withOwner(ownerUrl, { name: 'rotation' }, (owner) => rotate(owner, cipher, batchSize));
}

async function rotate(owner: pg.Client, cipher: CredentialCipher, batchSize: number): Promise<Rotation> {
  const newest = cipher.newestKeyId;
  const run = async <Row extends object>({ text, values }: Statement) =>
    (await owner.query<Row>(text, values as unknown[])).rows;
  const unreadable: Rotation['unreadable'][number][] = [];
  let changed = 0;

  const rotateBatch = async (orgId: string, after: string | null): Promise<string | null> => {
    await run({ text: 'BEGIN' });
    await run(beginFor(orgId, 'work', 0));
    const rows = await run<SealedRow>(sealedWithOlderKeys(orgId, newest, after, batchSize));
    for (const row of rows) {
      const sealed = resealed(cipher, orgId, row);
      if (sealed instanceof Problem) unreadable.push({ orgId, connectionId: row.id, reason: sealed.message });
      else {
        await run(storeSealed(orgId, sealed));
        changed += 1;
      }
    }
    await run({ text: 'COMMIT' });
    return rows.length < batchSize ? null : (rows.at(-1)?.id ?? null);
  };

  for (const { org_id } of await run<{ org_id: string }>(organizationsWithConnections)) {
    for (let after = await rotateBatch(org_id, null); after !== null; ) after = await rotateBatch(org_id, after);
  }
  return { changed, unreadable };
}

function resealed(cipher: CredentialCipher, orgId: string, row: SealedRow): SealedRow | Problem {
  const again = (box: Buffer | null, keyId: string | null, purpose: SecretContext['purpose']) => {
    if (box === null || keyId === null || keyId === cipher.newestKeyId) return { box, keyId };
    const context = { orgId, connectionId: row.id, purpose };
    return cipher.seal(cipher.open({ keyId, box }, context), context);
  };
  try {
    const credentials = again(row.credentials, row.credentials_key_id, 'credentials');
    const secret = again(row.webhook_secret, row.webhook_secret_key_id, 'webhook_secret');
    return {
      id: row.id,
      credentials: credentials.box,
      credentials_key_id: credentials.keyId,
      webhook_secret: secret.box,
      webhook_secret_key_id: secret.keyId,
    };
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
