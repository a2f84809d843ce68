import { type EmbeddedPostgres, startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.ts';
import { provisionAppRole } from '../../src/database/provision.ts';
import type { BenchSync } from './load.types.ts';

/** Other syncs in the table, so that the index has a realistic size: this many active ones and this many ended ones. */
export const OTHER_SYNCS = 10_000;

/** A durable Postgres of its own in a folder, with syncs in it. */
export class BenchDatabase {
  private readonly server: EmbeddedPostgres;
  /** Sees every organization and every statistic. What is measured does not use it. */
  private readonly superuser: pg.Client;

  private readonly organizations: number;

  private constructor(server: EmbeddedPostgres, superuser: pg.Client, organizations: number) {
    this.organizations = organizations;
    this.server = server;
    this.superuser = superuser;
  }

  static async start(folder: string, connections: number, organizations: number): Promise<BenchDatabase> {
    const server = await startEmbeddedPostgres({
      dataDir: folder,
      settings: { fsync: 'on', synchronous_commit: 'on', max_connections: String(connections + 50) },
    });
    try {
      await migrate(server.ownerUrl);
      await provisionAppRole(server.ownerUrl, new URL(server.appUrl).password);
      const superuser = new pg.Client({ connectionString: inDatabase(server) });
      await superuser.connect();
      const database = new BenchDatabase(server, superuser, organizations);
      await database.fill();
      return database;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get appUrl(): string {
    return this.server.appUrl;
  }

  /** Of the database, not of the server's first one. */
  get superuserUrl(): string {
    return inDatabase(this.server);
  }

  /** The settings that decide whether a commit is on disk when it is acknowledged. */
  async durability(): Promise<string> {
    const { rows } = await this.superuser.query<{ line: string }>(`
      SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync')
             || ', synchronous_commit ' || current_setting('synchronous_commit') AS line`);
    return rows[0]?.line ?? '';
  }

  /** Spread over the organizations, `together` at a time, so that a call of so many is of one organization. */
  async startSyncs(name: string, count: number, together = 1): Promise<BenchSync[]> {
    const { rows } = await this.superuser.query<BenchSync>(
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items, initiated_by)
       SELECT 'org-' || (n - 1) / $3::integer % ${this.organizations}, $1 || '-' || n, 'customer', 'woocommerce', 2000000000, 'user-' || n
         FROM generate_series(1, $2::integer) AS n RETURNING org_id, sync_id`,
      [name, count, together],
    );
    return rows;
  }

  /** The process whose children are the server. */
  async pid(): Promise<number> {
    const { rows } = await this.superuser.query<{ file: string }>(`SELECT pg_read_file('postmaster.pid') AS file`);
    return Number.parseInt(rows[0]?.file ?? '', 10);
  }

  /** Writes the pages that a round left dirty, so that the next round does not pay for them. */
  async checkpoint(): Promise<void> {
    await this.superuser.query('CHECKPOINT');
  }

  async counts(syncs: readonly BenchSync[]): Promise<number[]> {
    const { rows } = await this.superuser.query<{ processed_count: number }>(
      `SELECT s.processed_count FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS x (org_id, sync_id, n)
         JOIN sync_progress s USING (org_id, sync_id) ORDER BY n`,
      [syncs.map(({ org_id }) => org_id), syncs.map(({ sync_id }) => sync_id)],
    );
    return rows.map((row) => row.processed_count);
  }

  /** The share of all updates of sync_progress so far that touched no index. */
  async hotShare(): Promise<number> {
    const { rows } = await this.superuser.query<{ share: number }>(`
      SELECT n_tup_hot_upd / n_tup_upd::double precision AS share FROM pg_stat_user_tables WHERE relname = 'sync_progress'`);
    return rows[0]?.share ?? 0;
  }

  async stop(): Promise<void> {
    await this.superuser.end();
    await this.server.stop();
  }

  private async fill(): Promise<void> {
    await this.superuser.query(`
      INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items, processed_count, started_at)
      SELECT 'org-' || n % ${this.organizations}, 'other-' || n, 'order', 'odoo', 5000,
             CASE WHEN n > ${OTHER_SYNCS} THEN 5000 ELSE n % 5000 END, now() - interval '1 hour'
        FROM generate_series(1, 2 * ${OTHER_SYNCS}) AS n`);
    await this.superuser.query('VACUUM ANALYZE');
  }
}

function inDatabase({ superuserUrl, ownerUrl }: EmbeddedPostgres): string {
  return Object.assign(new URL(superuserUrl), { pathname: new URL(ownerUrl).pathname }).href;
}
