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

async function call(path: string, body?: object, method = body ? 'POST' : 'GET', orgId = 'org-1'): Promise<Answer> {
  const since = performance.now();
  const response = await fetch(service.url + path, {
    method,
    headers: { 'x-api-key': API_KEY, 'x-org-id': orgId, 'content-type': 'application/json' },
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
const report = (count: number) => call('/api/sync/progress/reported', { processed_count: count }, 'PATCH');
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

const everyKindOfRequest = () =>
  Promise.all([entry(), startSync(), report(1), ...READS.map((path) => call(path)), call('/api/sync/overview')]);

describe('What Postgres says when it cannot serve answers 503', () => {
  beforeAll(async () => {
    await call('/api/sync/progress', { sync_id: 'reported', entity_type: 'customer', source_system: 'shop' });
  });

  it.each([
    ['08006', 'a connection that failed'],
    ['25006', 'a standby'],
    ['25P03', 'a transaction that was idle'],
    ['25P04', 'a transaction that took too long'],
    ['28000', 'a role that may not'],
    ['3D000', 'a database that is gone'],
    ['53000', 'too few resources'],
    ['53100', 'a full disk'],
    ['53200', 'no memory'],
    ['53300', 'no connection left'],
    ['53400', 'a limit of the configuration'],
    ['57P01', 'a server that stops'],
    ['57P02', 'a server that crashed'],
    ['57P03', 'a server that starts'],
    ['57P04', 'a database that was dropped'],
    ['57P05', 'a session that was idle'],
    ['58000', 'the system below'],
    ['58030', 'a disk that cannot be read'],
  ])('%s, %s: to every kind of request, with Retry-After and one line in the log', async (state) => {
    const [{ text = '' } = {}] = await sql<{ text: string }>(
      postgres.ownerUrl,
      `SELECT pg_get_functiondef('app.set_org(text)'::regprocedure) AS text`,
    );
    const broken = `CREATE OR REPLACE FUNCTION app.set_org(org_id text) RETURNS void LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '${state}'; END $$`;
    await sql(postgres.ownerUrl, broken);
    try {
      const before = linesSaying(state).length;
      for (const answer of await everyKindOfRequest()) expect(answer).toMatchObject(NOT_NOW);
      for (const answer of await everyKindOfRequest()) expect(answer).toMatchObject(NOT_NOW);
      expect([before, linesSaying(state).length].join()).toMatch(/^(0,1|1,1)$/);
      expect(linesSaying('request errored')).toEqual([]);
    } finally {
      await sql(postgres.ownerUrl, text);
    }
    for (const answer of await everyKindOfRequest()) expect(answer.status).toBeLessThan(300);
  });

  it.each([
    ['28000', 'a role that may not log in', 'ALTER ROLE sync_app NOLOGIN', 'ALTER ROLE sync_app LOGIN'],
    [
      '53300',
      'a role whose connections are used up',
      'ALTER ROLE sync_app CONNECTION LIMIT 0',
      'ALTER ROLE sync_app CONNECTION LIMIT -1',
    ],
  ])('%s, %s, from the server itself; and all is right again when that is', async (_state, _what, change, back) => {
    await failOver(change);
    for (const answer of await everyKindOfRequest()) expect(answer).toMatchObject(NOT_NOW);
    expect(await ready()).toMatchObject(NOT_NOW);
    await sql(postgres.superuserUrl, back);
    await waitFor('all is right again', async () => (await ready()).status === 200);
    for (const answer of await everyKindOfRequest()) expect(answer.status).toBeLessThan(300);
  });

  it('a database that is renamed is gone, and comes back by its name', async () => {
    const database = new URL(postgres.ownerUrl).pathname.slice(1);
    const admin = Object.assign(new URL(postgres.superuserUrl), { pathname: '/postgres' }).href;
    const rename = async (from: string, to: string) => {
      await sql(admin, `ALTER DATABASE ${from} ALLOW_CONNECTIONS false`);
      await sql(admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${from}'`);
      await sql(admin, `ALTER DATABASE ${from} RENAME TO ${to}`);
      await sql(admin, `ALTER DATABASE ${to} ALLOW_CONNECTIONS true`);
    };
    await rename(database, 'elsewhere');
    for (const answer of await everyKindOfRequest()) expect(answer).toMatchObject(NOT_NOW);
    expect(await ready()).toMatchObject(NOT_NOW);
    await rename('elsewhere', database);
    await waitFor('all is right again', async () => (await ready()).status === 200);
    for (const answer of await everyKindOfRequest()) expect(answer.status).toBeLessThan(300);
  });

  it('57P05, a session that the server ends while a request is sent on it, is noticed by nobody', async () => {
    const setOrg = `'app.set_org(text)'::regprocedure`;
    const [{ text = '' } = {}] = await sql<{ text: string }>(
      postgres.ownerUrl,
      `SELECT pg_get_functiondef(${setOrg}) AS text`,
    );
    // Every other time that the organization is set; what was drawn stays drawn when the transaction is rolled back.
    const idle = `IF org_id = 'org-idle' AND nextval('public.turns') % 2 = 1 THEN RAISE EXCEPTION 'idle' USING ERRCODE = '57P05'; END IF;`;
    await sql(
      postgres.ownerUrl,
      `CREATE SEQUENCE public.turns; GRANT USAGE ON SEQUENCE public.turns TO PUBLIC;
       ${text.replace(/\bBEGIN\b/, `BEGIN ${idle}`)}`,
    );
    const ask = (path: string, body?: object, method?: string) => call(path, body, method, 'org-idle');
    try {
      const sync = { sync_id: 'reported', entity_type: 'customer', source_system: 'shop' };
      const answers = [
        await ask('/api/sync/progress', sync),
        await ask('/api/sync/progress/reported', { processed_count: 1 }, 'PATCH'),
        await ask('/api/sync/progress/reported/pause', {}),
        await ask('/api/sync/activity', { activity_type: 'a', status: 'failed' }),
      ];
      for (const path of READS) answers.push(await ask(path));
      expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 201, ...READS.map(() => 200)]);
    } finally {
      await sql(postgres.ownerUrl, `${text}; DROP SEQUENCE public.turns`);
    }
  });

  it('57P05, sessions that the server ends when they are idle, are noticed by nobody', async () => {
    const database = new URL(postgres.ownerUrl).pathname.slice(1);
    // Long enough that no session is idle as long while a round of requests is under way on a busy machine.
    await failOver(`ALTER DATABASE ${database} SET idle_session_timeout = '500ms'`);
    for (let round = 0; round < 5; round += 1) {
      const [{ now = '' } = {}] = await sql<{ now: string }>(postgres.superuserUrl, 'SELECT now()::text AS now');
      await waitFor('the server has ended the sessions of the round before', async () => {
        const { length } = await sql(
          postgres.superuserUrl,
          `SELECT FROM pg_stat_activity WHERE usename = 'sync_app' AND backend_start < $1::timestamptz`,
          [now],
        );
        return length === 0;
      });
      for (const answer of await everyKindOfRequest()) expect(answer.status).toBeLessThan(300);
    }
    await failOver(`ALTER DATABASE ${database} RESET idle_session_timeout`);
    await waitFor('all is right again', async () => (await ready()).status === 200);
  });
});
