import { type EmbeddedPostgres, startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.ts';
import { provisionAppRole } from '../../src/database/provision.ts';
import { newFolder } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';
import { readTables } from '../tenancy/rls.catalogue.ts';
import { insertFixtures } from '../tenancy/rls.fixtures.ts';

export const ORGANIZATIONS = ['org-a', 'org-b'];

/** What a restore makes by migrating, and what pg-boss notes about its own processes. */
const NOT_IN_A_BACKUP = ['public.sync_migrations', 'app.sql_files'];

/** A server of its own: sync_backup belongs to the whole server, and may log in while a backup begins. */
export function startServer(): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: newFolder(), settings: { fsync: 'off' } });
}

/** Another database of the server, owned as the first. */
export async function addDatabase(server: EmbeddedPostgres, name: string): Promise<string> {
  await sql(server.superuserUrl, `CREATE DATABASE ${name} OWNER sync_owner TEMPLATE template0`);
  return inDatabase(server.ownerUrl, name);
}

/** In the database that the service uses; the server's own URL names another. */
export function asSuperuser(server: EmbeddedPostgres): string {
  return inDatabase(server.superuserUrl, new URL(server.ownerUrl).pathname.slice(1));
}

export function inDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.toString();
}

/** Rows of two organizations in every table, values that no format likes, and a trail over months of which one is detached. */
export async function fill(server: EmbeddedPostgres): Promise<void> {
  await migrate(server.ownerUrl);
  await provisionAppRole(server.ownerUrl, new URL(server.appUrl).password);
  const admin = new pg.Client({ connectionString: asSuperuser(server) });
  await admin.connect();
  const tables = (await readTables(admin)).filter(({ parent }) => parent === null).map(({ name }) => name);
  await insertFixtures(admin, tables, ORGANIZATIONS);
  await admin.end();
  await sql(
    asSuperuser(server),
    `INSERT INTO public.sync_progress (org_id, sync_id, entity_type, source_system, error_message)
       SELECT org, 'odd-' || n, 'customer', 'woocommerce', (ARRAY[E'tab\\t, line\\n, \\\\. and \\\\N', '', 'Größe €', '"a";''b'''])[n % 4 + 1]
         FROM unnest(ARRAY['org-a', 'org-b']) AS org, generate_series(1, 400) AS n`,
  );
  // In the middle of the months, which are other ones on each day of this month.
  const middle = (months: number) => `date_trunc('month', now()) + interval '${months} months 14 days'`;
  for (const [age, months] of [
    ['a month ahead', 1],
    ['the month to detach', -1],
  ] as const)
    await sql(
      asSuperuser(server),
      `SELECT app.ensure_activity_partition(${middle(months)});
       INSERT INTO public.sync_activity_log (org_id, created_at, sync_id, activity_type, status)
         SELECT org, ${middle(months)}, '${age}', 'batch_process', 'running'
           FROM unnest(ARRAY['org-a', 'org-b']) AS org, generate_series(1, 50)`,
    );
  await sql(
    asSuperuser(server),
    `DO $$ BEGIN EXECUTE format('ALTER TABLE public.sync_activity_log DETACH PARTITION public.%I',
       app.activity_partition_name(${middle(-1)})); END $$`,
  );
  await sql(asSuperuser(server), `INSERT INTO pgboss.job (name, data) VALUES ('sync-runs', '{"org_id": "org-a"}')`);
  await sql(asSuperuser(server), `INSERT INTO app.scheduled_tasks (name) VALUES ('activity-partitions')`);
}

export interface TableContent {
  readonly rows: number;
  readonly hash: string | null;
}

/** Of each table how many rows it has, and a hash of all of them with all their columns. */
export async function contentOf(superuserUrl: string): Promise<Record<string, TableContent>> {
  const tables = await sql<{ name: string }>(
    superuserUrl,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE (n.nspname IN ('app', 'auth', 'public') OR n.nspname = 'pgboss' AND c.relname IN ('queue', 'job', 'schedule'))
        AND c.relkind IN ('r', 'p') ORDER BY name`,
  );
  const content: Record<string, TableContent> = {};
  for (const { name } of tables.filter((table) => !NOT_IN_A_BACKUP.includes(table.name))) {
    const [found] = await sql<TableContent>(
      superuserUrl,
      `SELECT count(*)::integer AS rows, md5(string_agg(to_jsonb(t)::text, E'\\n' ORDER BY to_jsonb(t)::text)) AS hash FROM ${name} t`,
    );
    content[name] = found as TableContent;
  }
  return content;
}
