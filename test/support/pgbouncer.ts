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
  readonly pid: number;
  /** Kills it and starts another at the same address. */
  replace(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A PgBouncer that gives a connection to the server to whoever begins a transaction, for its time only; `connections` for each role
 * and database. It asks the server for the passwords, so a role may be made, or get another one, while it runs.
 */
export async function startPooler(superuserUrl: string, connections: number): Promise<Pooler> {
  const server = new URL(superuserUrl);
  const [folder, port] = [await mkdtemp(path.join(tmpdir(), 'pgbouncer-')), await freePort(0)];
  const [ini, users] = [path.join(folder, 'pgbouncer.ini'), path.join(folder, 'users.txt')];
  const superuser = decodeURIComponent(server.username);
  await writeFile(users, `"${superuser}" "${decodeURIComponent(server.password)}"\n`);
  await writeFile(
    ini,
    [
      '[databases]',
      `* = host=127.0.0.1 port=${server.port} auth_user=${superuser}`,
      '[pgbouncer]',
      `listen_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =`,
      `auth_type = scram-sha-256\nauth_file = ${users}`,
      'auth_query = SELECT usename, passwd FROM pg_catalog.pg_shadow WHERE usename = $1',
      `pool_mode = transaction\ndefault_pool_size = ${connections}\nmax_client_conn = 1000`,
      // Without it, what one client set would be reset before the next client has the connection.
      'server_reset_query =',
      // Tests empty the search path by it, which is of no use to a session that others had before.
      'ignore_startup_parameters = options',
      // It refuses to run as root.
      ...(process.getuid?.() === 0 ? ['user = nobody'] : []),
    ].join('\n'),
  );
  await Promise.all([chmod(folder, 0o755), chmod(ini, 0o644), chmod(users, 0o644)]);
  const url = (of: string) => {
    const through = new URL(of);
    through.hostname = '127.0.0.1';
    through.port = String(port);
    return through.toString();
  };
  const start = async () => {
    const started = spawn(PGBOUNCER as string, [ini], { stdio: 'ignore' });
    await waitFor('the pooler answers', async () => {
      if (started.exitCode !== null) throw new Error(`pgbouncer ended with ${started.exitCode}`);
      return (await sql(url(superuserUrl), 'SELECT 1').catch(() => null)) !== null;
    });
    return started;
  };
  const end = async (signal: NodeJS.Signals) => {
    const ended = once(child, 'exit');
    child.kill(signal);
    if (child.exitCode === null) await ended;
  };
  let child = await start();
  return {
    url,
    get pid() {
      return child.pid as number;
    },
    async replace() {
      await end('SIGKILL');
      child = await start();
    },
    async stop() {
      await end('SIGTERM');
      await rm(folder, { recursive: true });
    },
  };
}
