import pg from 'pg';
import { superuser } from './postgres.credentials.ts';

/** Opens one connection as the superuser, runs `work` and closes it. */
export async function asSuperuser<T>(
  server: { readonly port: number; readonly password: string; readonly database?: string },
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: server.port,
    user: superuser,
    password: server.password,
    database: server.database ?? 'postgres',
    connectionTimeoutMillis: 10_000,
    // pg falls back to PG* variables for whatever is left out; a PGSSLMODE meant for another server would break this one.
    ssl: false,
    options: '',
  });
  // The server may end at any moment. The query under way fails then; the event besides would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
