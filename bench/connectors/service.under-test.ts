import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.ts';
import { provisionAppRole } from '../../src/database/provision.ts';
import type { CleanUps } from '../support/bench.runner.ts';
import { cpuSecondsOf } from '../support/process.usage.ts';
import { ServiceProcess } from '../support/service.process.ts';
import { SyncClient } from './sync.client.ts';

/** The built service with a durable Postgres of its own, and one organization that uses it. */
export class ServiceUnderTest {
  readonly client: SyncClient;
  private readonly pids: readonly [service: number, postgres: number];
  private readonly superuserUrl: string;

  private constructor(client: SyncClient, pids: ServiceUnderTest['pids'], superuserUrl: string) {
    this.client = client;
    this.pids = pids;
    this.superuserUrl = superuserUrl;
  }

  static async start(cleanUps: CleanUps, folder: string, variables: Readonly<Record<string, string>> = {}) {
    await mkdir(folder);
    const server = await startEmbeddedPostgres({
      dataDir: join(folder, 'data'),
      settings: { fsync: 'on', synchronous_commit: 'on' },
    });
    cleanUps.push(() => server.stop());
    await migrate(server.ownerUrl);
    await provisionAppRole(server.ownerUrl, new URL(server.appUrl).password);
    const jwtSecret = randomBytes(32).toString('base64url');
    const service = await ServiceProcess.start(
      {
        DATABASE_URL: server.appUrl,
        SYNC_JWT_SECRET: jwtSecret,
        SYNC_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
        SYNC_ALLOW_PRIVATE_ADDRESSES: 'true',
        LOG_LEVEL: 'warn',
        ...variables,
      },
      folder,
    );
    cleanUps.push(() => service.stop());
    const client = await SyncClient.of(service, jwtSecret, 'org-bench');
    const [file] = await query<{ file: string }>(server.superuserUrl, `SELECT pg_read_file('postmaster.pid') AS file`);
    return new ServiceUnderTest(client, [service.pid, Number.parseInt(file?.file ?? '', 10)], server.superuserUrl);
  }

  /** CPU seconds that the service and its Postgres have used until now. */
  cpuSeconds(): number {
    return this.pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  }

  /** Writes the pages that a round left dirty, so that the next round does not pay for them. */
  async checkpoint(): Promise<void> {
    await query(this.superuserUrl, 'CHECKPOINT');
  }
}

async function query<T extends object>(connectionString: string, statement: string): Promise<T[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<T>(statement)).rows;
  } finally {
    await client.end();
  }
}
