import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENVIRONMENT } from '../../src/config/config.module.ts';
import { JobQueue } from '../../src/jobs/job.queue.ts';
import { runAsWorker } from '../../src/tenancy/tenant.context.ts';
import { TenantDatabase } from '../../src/tenancy/tenant.database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

const ONCE_AN_HOUR = 3_600;

let service: TestService;
let pool: pg.Pool;
let queue: JobQueue;
const begun: string[] = [];
const held = new Map<string, Promise<void>>();

beforeAll(async () => {
  service = await startTestService({ SYNC_WORKER: 'off' });
  const { appUrl } = service.database;
  pool = new pg.Pool({ connectionString: appUrl });
  queue = new JobQueue({ ...service.app.get(ENVIRONMENT), SYNC_WORKER: 'on', databaseUrl: appUrl }, pool);
  queue.work<{ name: string }>(
    'sync-runs',
    { localConcurrency: 2, pollingIntervalSeconds: ONCE_AN_HOUR },
    {
      handle: async ({ name }) => {
        begun.push(name);
        await held.get(name);
      },
    },
  );
  await queue.onApplicationBootstrap();
});
afterAll(async () => {
  await queue.onModuleDestroy();
  await pool.end();
  await service.close();
});

const send = (...names: string[]) =>
  runAsWorker('org-1', () =>
    service.app.get(TenantDatabase).transaction(async (transaction) => {
      for (const name of names) await queue.send(transaction, 'sync-runs', { name }, { singletonKey: name });
    }),
  );
const hasBegun = (name: string) => waitFor(`${name} has begun`, () => begun.includes(name));

it('A job begins when its transaction commits, on every free worker, and waits for no look at the queue', async () => {
  for (const name of ['first', 'second', 'third']) {
    await send(name);
    await hasBegun(name);
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  held.set('long', promise);
  await send('long', 'beside');
  await hasBegun('long');
  await hasBegun('beside');
  await send('later');
  await hasBegun('later');
  resolve();
  expect(begun.toSorted()).toEqual(['beside', 'first', 'later', 'long', 'second', 'third']);
});
