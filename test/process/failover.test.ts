import { type EmbeddedPostgres, startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const API_KEY = 'a-key-for-tests-only';
let service: ServiceProcess;
let postgres: EmbeddedPostgres;

// A Postgres of its own, since a role's password is the whole cluster's.
beforeAll(async () => {
  const dataDir = newFolder();
  service = await ServiceProcess.start({ SYNC_DATA_DIR: dataDir, SYNC_DEV_API_KEY: API_KEY, LOG_LEVEL: 'warn' });
  postgres = await startEmbeddedPostgres({ dataDir });
});
afterAll(async () => {
  await postgres.stop();
  await cleanUp();
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly ms: number;
}

async function call(path: string, body?: object): Promise<Answer> {
  const since = performance.now();
  const response = await fetch(service.url + path, {
    method: body ? 'POST' : 'GET',
    headers: { 'x-api-key': API_KEY, 'x-org-id': 'org-1', 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  await response.text();
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    ms: performance.now() - since,
  };
}

const READS = ['/api/sync/progress', '/api/sync/activity', '/api/sync/connections', '/api/sync/runs'];
const entry = () => call('/api/sync/activity', { activity_type: 'a', status: 'failed' });
let started = 0;
const startSync = () => {
  started += 1;
  return call('/api/sync/progress', { sync_id: `s-${started}`, entity_type: 'customer', source_system: 'shop' });
};
const ready = () => call('/health/ready');

/** Does it as an administrator, and ends the connections of the service, which come back to a database that is another. */
async function failOver(change: string): Promise<void> {
  await sql(postgres.superuserUrl, change);
  await sql(postgres.superuserUrl, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sync_app'`);
}

const NOT_NOW = { status: 503, retryAfter: expect.stringMatching(/^\d+$/) };
const linesSaying = (text: string) => service.output.split('\n').filter((line) => line.includes(text));

describe('A read-only database answers 503', () => {
  it('to writes, with Retry-After; reads go on, and the log says it once and without a stack', async () => {
    const database = new URL(postgres.ownerUrl).pathname.slice(1);
    await failOver(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    await waitFor('the reads are served', async () => (await call(READS[0] as string)).status === 200);
    for (let round = 0; round < 3; round += 1) {
      expect(await entry()).toMatchObject(NOT_NOW);
      expect(await startSync()).toMatchObject(NOT_NOW);
      for (const path of READS) expect(await call(path)).toMatchObject({ status: 200 });
      expect(await ready()).toMatchObject(NOT_NOW);
    }
    expect(linesSaying('25006')).toEqual([expect.stringContaining('the database cannot be used')]);
    expect(linesSaying('25006')[0]).not.toContain('stack');
    expect(linesSaying('request errored')).toEqual([]);

    // Without a new connection of ours nothing would ever be written again: each failure has dropped its own.
    await sql(postgres.superuserUrl, `ALTER DATABASE ${database} RESET default_transaction_read_only`);
    await waitFor('writes are taken again', async () => (await entry()).status === 201);
    expect(await startSync()).toMatchObject({ status: 201 });
    expect(await ready()).toMatchObject({ status: 200 });
  });
});

describe('A password that was changed under the service answers 503', () => {
  it('with Retry-After to every request, and is right by itself when the password is', async () => {
    await failOver(`ALTER ROLE sync_app PASSWORD 'changed'`);
    const answers = await Promise.all([entry(), startSync(), ...READS.map((path) => call(path)), ready()]);
    expect(answers).toEqual(answers.map(() => expect.objectContaining(NOT_NOW)));
    expect((await ready()).ms).toBeLessThan(2_000);
    expect(await call('/health/live')).toMatchObject({ status: 200 });
    expect(linesSaying('28P01')).toHaveLength(1);

    const { password } = new URL(postgres.appUrl);
    await sql(postgres.superuserUrl, `ALTER ROLE sync_app PASSWORD '${decodeURIComponent(password)}'`);
    await waitFor('all is right again', async () => (await ready()).status === 200);
    for (const path of READS) expect(await call(path)).toMatchObject({ status: 200 });
    expect(await entry()).toMatchObject({ status: 201 });
  });
});
