import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { startBreakableProxy } from '../support/breakable-proxy.ts';
import { startPooler } from '../support/pgbouncer.ts';
import { newFolder } from '../support/service-process.ts';
import { giveToOwnerOf, mountSmallDisk } from '../support/small.disk.ts';
import { sql } from '../support/test-database.ts';
import type { Fault, Stage } from './chaos.types.ts';

/** Fewer than the processes of a subject would take, as a pooler is there for. */
export const POOLED_CONNECTIONS = 15;
/** Room for what a subject stores, and little to fill. */
const DISK_MIB = 192;

const stages = new Set<Stage>();

/** Of a command that is interrupted. */
export async function stopStages(): Promise<void> {
  await Promise.all([...stages].map((stage) => stage.stop()));
}

/** A durable Postgres, which is started again when it is killed, and the way to it. */
export async function startStage({ pooled, smallDisk }: Fault): Promise<Stage> {
  const dataDir = newFolder();
  const settings = { fsync: 'on', synchronous_commit: 'on', max_connections: '200' };
  const postgres = await startEmbeddedPostgres({ dataDir, settings, supervise: true });
  const database = new URL(postgres.ownerUrl).pathname;
  const disk = smallDisk && mountSmallDisk(DISK_MIB);
  if (disk) {
    giveToOwnerOf(disk.folder, join(dataDir, 'cluster'));
    await sql(postgres.superuserUrl, `CREATE TABLESPACE small LOCATION '${disk.folder}'`);
    await sql(postgres.superuserUrl, `ALTER DATABASE ${database.slice(1)} SET TABLESPACE small`);
  }
  const pooler = pooled && (await startPooler(postgres.superuserUrl, POOLED_CONNECTIONS));
  const proxy = await startBreakableProxy(pooler?.url(postgres.appUrl) ?? postgres.appUrl);
  const behindProxy = (url: string) => Object.assign(new URL(url), { host: new URL(proxy.url).host }).toString();
  const stage: Stage = {
    postgres,
    proxy,
    pooler,
    disk,
    appUrl: behindProxy(postgres.appUrl),
    ownerUrl: behindProxy(postgres.ownerUrl),
    adminUrl: Object.assign(new URL(postgres.superuserUrl), { pathname: database }).toString(),
    postmaster: () => Number.parseInt(readFileSync(join(dataDir, 'cluster/postmaster.pid'), 'utf8'), 10),
    stop: async () => {
      await proxy.cut();
      await pooler?.stop();
      await postgres.stop();
      disk?.unmount();
      stages.delete(stage);
    },
  };
  stages.add(stage);
  return stage;
}

export async function versionOf({ adminUrl }: Stage): Promise<string> {
  const [row] = await sql<{ server_version: string }>(adminUrl, 'SHOW server_version');
  return `PostgreSQL ${row?.server_version}`;
}

/** How large the tables are with their indexes and partitions, and how many times that of the same rows written anew. */
export async function bloatOf(stage: Stage, tables: readonly string[]): Promise<{ mebibytes: number; ratio: number }> {
  const size = async () => {
    const [row] = await sql<{ bytes: string }>(
      stage.adminUrl,
      `SELECT sum(pg_total_relation_size(part))::text AS bytes
         FROM (SELECT named FROM unnest($1::regclass[]) AS named
                UNION SELECT relid FROM unnest($1::regclass[]) AS named, pg_partition_tree(named)) AS parts (part)`,
      [tables],
    );
    return Number(row?.bytes);
  };
  const before = await size();
  for (const table of tables) await sql(stage.adminUrl, `VACUUM FULL ${table}`);
  return { mebibytes: before / 2 ** 20, ratio: before / (await size()) };
}
