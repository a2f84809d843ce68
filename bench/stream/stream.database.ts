import { type EmbeddedPostgres, startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import pg from 'pg';
import { hashSecret, newSecret } from '../../src/auth/key.hash.ts';
import { migrate } from '../../src/database/migrate.ts';
import { provisionAppRole } from '../../src/database/provision.ts';

/** Ended syncs of each organization. The cost of the stream must not depend on them. */
export const ENDED = 2_000;

/** A Postgres of its own in a folder, with organizations, their syncs and keys, and reporters of plain SQL. */
export class StreamDatabase {
  private readonly server: EmbeddedPostgres;
  private readonly superuser: pg.Client;
  private readonly reporter: pg.Pool;

  private constructor(server: EmbeddedPostgres, superuser: pg.Client, reporter: pg.Pool) {
    this.server = server;
    this.superuser = superuser;
    this.reporter = reporter;
  }

  static async start(folder: string): Promise<StreamDatabase> {
    const server = await startEmbeddedPostgres({
      dataDir: folder,
      settings: { fsync: 'on', synchronous_commit: 'on' },
    });
    await migrate(server.ownerUrl);
    await provisionAppRole(server.ownerUrl, new URL(server.appUrl).password);
    const url = new URL(server.superuserUrl);
    url.pathname = new URL(server.ownerUrl).pathname;
    const superuser = new pg.Client({ connectionString: url.toString() });
    await superuser.connect();
    return new StreamDatabase(server, superuser, new pg.Pool({ connectionString: server.appUrl, max: 4 }));
  }

  get appUrl(): string {
    return this.server.appUrl;
  }

  get ownerUrl(): string {
    return this.server.ownerUrl;
  }

  async fill(organizations: readonly string[], active: number): Promise<void> {
    await this.superuser.query(
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items, processed_count, started_at, completed_at)
       SELECT org_id, 'sync-' || n, 'customer', 'woocommerce', 2000000000, 0, now() - interval '1 day',
              CASE WHEN n > $2::integer THEN now() - interval '1 hour' END
         FROM unnest($1::text[]) AS org_id, generate_series(1, $2::integer + $3::integer) AS n`,
      [organizations, active, ENDED],
    );
    await this.superuser.query('VACUUM ANALYZE');
  }

  /** Creates a key with read access for each organization. */
  async createKeys(organizations: readonly string[]): Promise<string[]> {
    const secrets = organizations.map(() => newSecret('syk'));
    await this.superuser.query(
      `INSERT INTO auth.api_keys (org_id, name, scopes, key_hash)
       SELECT org_id, 'bench', '{sync:read}', hash FROM unnest($1::text[], $2::bytea[]) AS k (org_id, hash)`,
      [organizations, secrets.map(hashSecret)],
    );
    return secrets;
  }

  /** Reports the syncs in turn, `perSecond` reports a second, until it is stopped. */
  startReporting(organizations: readonly string[], active: number, perSecond: number): { stop: () => Promise<void> } {
    let count = 0;
    let last: Promise<unknown> = Promise.resolve();
    const timer = setInterval(() => {
      const index = count % (organizations.length * active);
      count += 1;
      const report = {
        org_id: organizations[index % organizations.length],
        sync_id: `sync-${1 + Math.floor(index / organizations.length)}`,
        processed_count: count,
      };
      last = this.reporter.query('SELECT outcome FROM app.report_progress($1)', [JSON.stringify([report])]);
    }, 1_000 / perSecond);
    return {
      stop: async () => {
        clearInterval(timer);
        await last;
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.superuser.end(), this.reporter.end()]);
    await this.server.stop();
  }
}
