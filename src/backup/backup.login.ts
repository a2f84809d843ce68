import pg from 'pg';
import { clientOf, withOwner } from '../database/owner.client.ts';
import { newPassword, urlOfRole } from '../database/provision.ts';
import { BackupError } from './backup.manifest.ts';

/**
 * Connects as sync_backup, which reads every organization's rows and so can log in at no other time: the owner gives it a password
 * for one use, and takes LOGIN away as soon as the connection stands. Should this process be killed in between, the password expires.
 */
export async function withBackupLogin<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withOwner(ownerUrl, { name: 'backup' }, async (owner) => {
    const { rowCount } = await owner.query(`SELECT FROM pg_roles WHERE rolname = 'sync_backup'`);
    if (rowCount === 0)
      throw new BackupError('The database has no role sync_backup; run "npm run migrate" with the owner\'s URL first.');
    const client = await logIn(owner, ownerUrl);
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  });
}

async function logIn(owner: pg.Client, ownerUrl: string): Promise<pg.Client> {
  const password = newPassword();
  const client = clientOf(urlOfRole(ownerUrl, 'sync_backup', password), { name: 'backup', answerMs: 0 });
  const { rows } = await owner.query<{ until: string }>(`SELECT (now() + interval '5 minutes')::text AS until`);
  const until = pg.escapeLiteral(rows[0]?.until ?? 'now');
  try {
    await owner.query(`ALTER ROLE sync_backup LOGIN PASSWORD ${pg.escapeLiteral(password)} VALID UNTIL ${until}`);
    await client.connect();
  } catch (error) {
    if (!/^28/.test((error as { code?: string }).code ?? '')) throw error;
    throw new BackupError(
      `sync_backup cannot log in: ${(error as Error).message}. When another backup of the server began at the same moment, run this one again. Else use the direct URL, and let the role in where pg_hba.conf lets the owner in.`,
      { cause: error },
    );
  } finally {
    await owner.query('ALTER ROLE sync_backup NOLOGIN PASSWORD NULL');
  }
  return client;
}
