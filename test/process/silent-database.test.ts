import { createSyncClient, startSync } from '@sync-operations/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { type BreakableProxy, startBreakableProxy } from '../support/breakable-proxy.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { TestViewer } from '../support/stream-viewer.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

const JWT_SECRET = 'a-shared-secret-for-silent-databases';
/** Every request is answered within this, and readiness, and the service ends, whatever the database does. */
const ANSWERED_MS = 10_000;
const READY_MS = 2_000;
const STOPPED_MS = 30_000;
const BACK_MS = 30_000;

let database: TestDatabase;
let proxy: BreakableProxy;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await cleanUp();
  await proxy.cut();
});
afterAll(() => database.drop());

interface Answer {
  readonly what: string;
  readonly status: number;
  readonly ms: number;
  readonly retryAfter: string | null;
  readonly sentAt: number;
}

/** A service behind the proxy, and a caller that asks the same four things again and again. */
async function start() {
  proxy = await startBreakableProxy(database.appUrl);
  const service = await ServiceProcess.start({
    DATABASE_URL: proxy.url,
    SYNC_JWT_SECRET: JWT_SECRET,
    LOG_LEVEL: 'error',
  });
  const authorization = `Bearer ${await token('org-1', {}, JWT_SECRET)}`;
  const apiKey = await KeyAdmin.with(database.ownerUrl, (keys) =>
    keys.create({
      kind: 'service',
      orgId: 'org-1',
      name: 'k',
      userId: null,
      scopes: ['sync:write'],
      ttlSeconds: 3_600,
    }),
  );
  const client = createSyncClient({ baseUrl: service.url, apiKey });
  await startSync({
    client,
    body: { sync_id: 's', entity_type: 'customer', source_system: 'shop', total_items: 100_000 },
  });
  const answers: Answer[] = [];
  let count = 0;
  const send = async (what: string, path: string, init: RequestInit = {}) => {
    const sentAt = performance.now();
    const response = await fetch(service.url + path, init);
    await response.text();
    const { status } = response;
    answers.push({
      what,
      status,
      sentAt,
      ms: performance.now() - sentAt,
      retryAfter: response.headers.get('retry-after'),
    });
  };
  const headers = { authorization, 'content-type': 'application/json' };
  const round = () => {
    count += 1;
    const body = JSON.stringify({ processed_count: count });
    return Promise.all([
      send('report', '/api/sync/progress/s', { method: 'PATCH', headers, body }),
      send('read', '/api/sync/activity', { headers }),
      send('write', '/api/sync/activity', {
        method: 'POST',
        headers,
        body: '{"activity_type": "a", "status": "failed"}',
      }),
      send('with a key', '/api/sync/progress', { headers: { 'x-api-key': apiKey } }),
      send('ready', '/health/ready'),
      send('live', '/health/live'),
    ]);
  };
  return { service, client, answers, round, reported: () => count };
}

/** Asks every second and a half until `ms` have passed; returns when every request is answered. */
async function ask(round: () => Promise<unknown>, ms: number): Promise<void> {
  const rounds: Promise<unknown>[] = [];
  for (let passed = 0; passed < ms; passed += 1_500) {
    rounds.push(round());
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
  await Promise.all(rounds);
}

function expectDeadlines(answers: readonly Answer[]): void {
  for (const answer of answers) {
    expect(answer.ms, JSON.stringify(answer)).toBeLessThan(answer.what === 'ready' ? READY_MS : ANSWERED_MS);
    if (answer.what === 'live') expect(answer.status).toBe(200);
    if (answer.status >= 300) expect(answer).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) });
  }
}

async function backWithin(withinMs: number, answers: Answer[], round: () => Promise<unknown>): Promise<void> {
  const isRight = async () => {
    answers.length = 0;
    await round();
    return answers.every(({ status }) => status < 300);
  };
  await waitFor('all is right again', isRight, { withinMs });
}

describe('Connections that go silent are given up within 30 seconds', { timeout: 150_000 }, () => {
  it('and meanwhile requests are answered in time, and streams go on', async () => {
    const { client, answers, round, reported } = await start();
    await Promise.all(Array.from({ length: 10 }, round));
    const viewer = await TestViewer.open(client);
    answers.length = 0;
    proxy.silence();
    const silentSince = performance.now();
    await ask(round, 12_000);
    expectDeadlines(answers);
    expect(answers.some(({ status }) => status === 503)).toBe(true);
    await backWithin(BACK_MS - (performance.now() - silentSince), answers, round);
    await viewer.sees('s', { processed_count: reported() }, 3_000);
    viewer.close();
  });

  it('and a network that is gone for all: requests are answered in time, and all is right again within 30 seconds of its return', async () => {
    const { answers, round } = await start();
    await Promise.all(Array.from({ length: 10 }, round));
    answers.length = 0;
    proxy.silence({ all: true });
    await ask(round, 14_000);
    expectDeadlines(answers);
    expect(answers.slice(-6).filter(({ what, status }) => what !== 'live' && status !== 503)).toEqual([]);
    proxy.heal();
    await backWithin(BACK_MS, answers, round);
  });

  it('and do not keep the service from stopping within 30 seconds', async () => {
    const { service, round } = await start();
    await round();
    proxy.silence({ all: true });
    const underWay = round().catch(() => undefined);
    const since = performance.now();
    const { code } = await service.stop();
    expect({ code, inTime: performance.now() - since < STOPPED_MS }).toEqual({ code: 0, inTime: true });
    await underWay;
  });
});
