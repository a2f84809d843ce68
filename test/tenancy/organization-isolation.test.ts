import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

// One organization holds rows locked and asks for them on every connection it can get; another asks for something of its own.
const CONNECTION = '10000000-0000-4000-8000-000000000001';
const SCHEDULE = '10000000-0000-4000-8000-000000000002';
const LOCKED = ['sync_progress', 'sync_preview_cache', 'sync_connections', 'sync_schedules'];

let service: TestService;
let lock: pg.Client;

beforeAll(async () => {
  service = await startTestService();
  await sql(
    service.database.superuserUrl,
    `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system)
     SELECT org, 'L' || n, 'customer', 'shop' FROM unnest(ARRAY['org-lock', 'org-free']) org, generate_series(1, 20) n;
     INSERT INTO sync_preview_cache (org_id, sync_type, entity_type, cache_key, delta_data, expires_at)
     VALUES ('org-lock', 'shop', 'all', 'key', '{}', now() + interval '1 hour');
     INSERT INTO sync_connections (org_id, id, name, system, base_url)
     VALUES ('org-lock', '${CONNECTION}', 'shop', 'woocommerce', 'https://shop.example');
     INSERT INTO sync_schedules (org_id, id, connection_id, entity_type, destination, mode, cron, time_zone, enabled, next_run_at, created_by)
     VALUES ('org-lock', '${SCHEDULE}', '${CONNECTION}', 'customer', 'records', 'full', '0 0 * * *', 'UTC', true, '2100-01-01', 'user')`,
  );
  lock = new pg.Client({ connectionString: service.database.superuserUrl });
  await lock.connect();
  await lock.query('BEGIN');
  for (const table of LOCKED) await lock.query(`SELECT FROM ${table} WHERE org_id = 'org-lock' FOR UPDATE`);
});
afterAll(async () => {
  await lock.end();
  await service.close();
});

interface Sent {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly seconds: number;
}

async function send(
  method: 'get' | 'put' | 'patch' | 'post',
  path: string,
  body?: object,
  key?: string,
): Promise<Sent> {
  const request = (await service.request('org-lock', { scope: 'sync:admin' }))[method](`/api/sync${path}`);
  const start = performance.now();
  const { status, headers } = await (key ? request.set('idempotency-key', key) : request).send(body);
  return { status, headers, seconds: (performance.now() - start) / 1_000 };
}

const waitingForLocks = () =>
  sql(
    service.database.superuserUrl,
    `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );

describe('Steering a locked sync does not take the pool: while an organization asks for locked rows, twelve times at once', () => {
  it.each<[string, (n: number) => Promise<Sent>]>([
    ['cancels', () => send('post', '/progress/L1/cancel')],
    ['pauses', () => send('post', '/progress/L1/pause')],
    ['resumes', () => send('post', '/progress/L1/resume')],
    ['cancels with an Idempotency-Key', (n) => send('post', '/progress/L1/cancel', {}, `cancel-${n}`)],
    ['completions with an Idempotency-Key', (n) => send('post', '/progress/L1/complete', {}, `complete-${n}`)],
    ['failures', () => send('post', '/progress/L1/fail', { error_message: 'no' })],
    ['previews', () => send('put', '/previews', { sync_type: 'shop', delta_data: {} })],
    ['changes of a connection', () => send('patch', `/connections/${CONNECTION}`, { name: 'new' })],
    ['changes of a schedule', () => send('patch', `/schedules/${SCHEDULE}`, { enabled: false })],
  ])('%s are refused within a second, and others are served meanwhile', async (_what, ask) => {
    const free = await service.request('org-free');
    const done: string[] = [];
    const asked = Array.from({ length: 12 }, (_, n) => ask(n).finally(() => done.push('locked')));
    await waitFor('the share is used up', async () => (await waitingForLocks()).length === 4, { everyMs: 5 });
    expect((await free.get('/api/sync/progress')).status).toBe(200);
    expect((await free.post('/api/sync/progress/L1/pause')).status).toBe(200);
    expect((await free.patch('/api/sync/progress/L1').send({ processed_count: 1 })).status).toBe(200);
    expect((await free.get('/health/ready')).status).toBe(200);
    for (const { status, headers, seconds } of await Promise.all(asked)) {
      expect([status, headers['retry-after']]).toEqual([503, '1']);
      // 0.8 s of waiting, and what a busy machine adds.
      expect(seconds).toBeLessThan(2);
    }
  });

  it('reports wait on no connection at all', async () => {
    const reports = Array.from({ length: 20 }, (_, n) => send('patch', `/progress/L${n + 1}`, { processed_count: 1 }));
    const free = await service.request('org-free');
    for (let n = 1; n <= 20; n += 1) {
      const { status } = await free.patch(`/api/sync/progress/L${n}`).send({ processed_count: 2 });
      expect(status).toBe(200);
      expect(await waitingForLocks()).toEqual([]);
    }
    for (const { status, headers, seconds } of await Promise.all(reports)) {
      expect([status, headers['retry-after']]).toEqual([503, '1']);
      expect(seconds).toBeLessThan(10);
    }
  });
});
