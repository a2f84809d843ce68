import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@sync-operations/embedded-postgres';
import { sql } from './test-database.ts';
import { waitFor } from './wait-for.ts';

/** Of the Debian package `pgbouncer`, or as `TEST_PGBOUNCER` says; undefined where there is none. */
export const PGBOUNCER = [process.env.TEST_PGBOUNCER ?? '', '/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find(
  (program) => program !== '' && existsSync(program),
);

export interface Pooler {
  /** The same database through the pooler. */
  url(databaseUrl: string): string;
  stop(): Promise<void>;
}

/** A PgBouncer that gives a connection to the server to whoever begins a transaction, for its time only. */
export async function startPooler(databaseUrl: string, connections: number): Promise<Pooler> {
  const server = new URL(databaseUrl);
  const [folder, port] = [await mkdtemp(path.join(tmpdir(), 'pgbouncer-')), await freePort(0)];
  const [ini, users] = [path.join(folder, 'pgbouncer.ini'), path.join(folder, 'users.txt')];
  await writeFile(users, `"${decodeURIComponent(server.username)}" "${decodeURIComponent(server.password)}"\n`);
  await writeFile(
    ini,
    [
      '[databases]',
      `* = host=127.0.0.1 port=${server.port}`,
      '[pgbouncer]',
      `listen_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =`,
      `auth_type = trust\nauth_file = ${users}`,
      `pool_mode = transaction\ndefault_pool_size = ${connections}\nmax_client_conn = 200`,
      // Without it, what one client set would be reset before the next client has the connection.
      'server_reset_query =',
      // It refuses to run as root.
      ...(process.getuid?.() === 0 ? ['user = nobody'] : []),
    ].join('\n'),
  );
  await Promise.all([chmod(folder, 0o755), chmod(ini, 0o644), chmod(users, 0o644)]);
  const child = spawn(PGBOUNCER as string, [ini], { stdio: 'ignore' });
  const url = (of: string) => {
    const through = new URL(of);
    through.hostname = '127.0.0.1';
    through.port = String(port);
    return through.toString();
  };
  await waitFor('the pooler answers', async () => {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}`);
    return (await sql(url(databaseUrl), 'SELECT 1').catch(() => null)) !== null;
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}
