import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type Client, createSyncClient, listActiveSyncs, reportProgress, startSync } from '@sync-operations/client';
import { parseEnvironment } from '../../src/config/environment.ts';
import { createApp } from '../../src/create-app.ts';
import { StreamService } from '../../src/progress/stream/stream.service.ts';
import { startBreakableProxy } from '../support/breakable-proxy.ts';
import { metricOf } from '../support/metrics.ts';
import { openViewerThatNeverReads } from '../support/slow.viewer.ts';
import { TestViewer } from '../support/stream-viewer.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

let service: TestService;
let number = 0;
const viewers: TestViewer[] = [];

beforeAll(async () => {
  service = await startTestService();
});
afterEach(() => {
  for (const viewer of viewers.splice(0)) viewer.close();
});
afterAll(() => service.close());

const newOrg = () => {
  number += 1;
  return `org-${number}`;
};

async function watch(client: Client, orgId?: string): Promise<TestViewer> {
  const viewer = await TestViewer.open(client, orgId);
  viewers.push(viewer);
  return viewer;
}

async function started(client: Client, sync_id: string, more: object = {}): Promise<string> {
  const body = { sync_id, entity_type: 'customer', source_system: 'shop', total_items: 1000, ...more };
  const { response } = await startSync({ client, body });
  expect(response?.status).toBe(201);
  return sync_id;
}

const report = (client: Client, sync_id: string, processed_count: number) =>
  reportProgress({ client, path: { sync_id }, body: { processed_count } });
const plainSql = (orgId: string, text: string, values: readonly unknown[] = []) =>
  sql(service.database.appUrl, text, values, orgId);
const metric = (name: string) => metricOf(service.url, name);

describe('The stream begins', () => {
  it('with a snapshot of what GET /progress shows, without checkpoints', async () => {
    const org = newOrg();
    const client = await service.client(org);
    await started(client, 'one', { checkpoint: { page: 7 } });
    await started(client, 'two');
    await report(client, 'two', 5);
    const viewer = await watch(client, org);
    const listed = (await listActiveSyncs({ client })).data ?? [];
    expect(viewer.events[0]).toEqual({
      event: 'snapshot',
      data: {
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d+\+00:00$/),
        syncs: listed.map(({ checkpoint: _, ...sync }) => sync),
      },
    });
    expect(viewer.events).toHaveLength(1);
  });

  it('with headers that keep proxies from holding it back, and those of every answer', async () => {
    const { headers, body } = await fetch(`${service.url}/api/sync/progress/stream`, {
      headers: { 'x-api-key': await service.createKey({ orgId: newOrg(), scopes: ['sync:read'] }) },
    });
    await body?.cancel();
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-request-id': expect.any(String),
    });
  });

  it('for nobody who only asks for the headers', async () => {
    const answer = await fetch(`${service.url}/api/sync/progress/stream`, {
      method: 'HEAD',
      headers: { 'x-api-key': await service.createKey({ orgId: newOrg(), scopes: ['sync:read'] }) },
    });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('A change reaches the viewer within a second', () => {
  it('when it was made over REST', async () => {
    const client = await service.client(newOrg());
    const viewer = await watch(client);
    await started(client, 'new');
    await viewer.sees('new', { processed_count: 0, status: 'running' });
    await report(client, 'new', 3);
    await viewer.sees('new', { processed_count: 3 });
    await report(client, 'new', 1000);
    await viewer.sees('new', { processed_count: 1000, status: 'completed' });
  });

  it('when it was made by plain SQL', async () => {
    const org = newOrg();
    const viewer = await watch(await service.client(org));
    await plainSql(
      org,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system) VALUES ($1, 'by-sql', 'order', 'erp')`,
      [org],
    );
    await viewer.sees('by-sql', { entity_type: 'order' });
    await plainSql(org, `UPDATE sync_progress SET processed_count = 9, updated_at = now() WHERE sync_id = 'by-sql'`);
    await viewer.sees('by-sql', { processed_count: 9 });
  });

  it('when it was made through another replica', async () => {
    const org = newOrg();
    const viewer = await watch(await service.client(org));
    const other = await createApp(
      parseEnvironment({ DATABASE_URL: service.database.appUrl, SYNC_WORKER: 'off', LOG_LEVEL: 'silent' }),
    );
    try {
      await other.listen(0, '127.0.0.1');
      const apiKey = await service.createKey({ orgId: org, scopes: ['sync:write'] });
      const client = createSyncClient({ baseUrl: await other.getUrl(), apiKey });
      await started(client, 'elsewhere');
      await viewer.sees('elsewhere', { processed_count: 0 });
    } finally {
      await other.close();
    }
  });

  it('and names only the syncs that changed', async () => {
    const client = await service.client(newOrg());
    await started(client, 'still');
    await started(client, 'moving');
    const viewer = await watch(client);
    await report(client, 'moving', 4);
    await viewer.sees('moving', { processed_count: 4 });
    expect(viewer.events.slice(1)).toMatchObject([
      { event: 'change', data: { syncs: [{ sync_id: 'moving' }], gone: [] } },
    ]);
  });
});

it('A sync that ended stays for a minute and is then told to be gone', async () => {
  const org = newOrg();
  const client = await service.client(org);
  const ended = (sync_id: string, seconds: number) =>
    plainSql(
      org,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, started_at, completed_at)
       VALUES ($1, $2, 'order', 'erp', 'failed', now() - interval '1 hour', now() - make_interval(secs => $3))`,
      [org, sync_id, seconds],
    );
  await ended('long-ago', 61);
  await ended('just-now', 1);
  const viewer = await watch(client);
  expect([...viewer.syncs.keys()]).toEqual(['just-now']);
  await ended('nearly', 57);
  await viewer.sees('nearly', { status: 'failed' });
  await waitFor('it is gone', () => !viewer.syncs.has('nearly'));
  expect(viewer.events.at(-1)).toMatchObject({ event: 'change', data: { syncs: [], gone: ['nearly'] } });
  expect([...viewer.syncs.keys()]).toEqual(['just-now']);
});

describe('A viewer that comes later', () => {
  it('begins with what the others have been told, and misses nothing after it', async () => {
    const client = await service.client(newOrg());
    await Promise.all(['a', 'b', 'c'].map((sync_id) => started(client, sync_id)));
    const first = await watch(client);
    const later: TestViewer[] = [];
    for (let count = 1; count <= 240; count += 1) {
      await Promise.all(['a', 'b', 'c'].map((sync_id) => report(client, sync_id, count)));
      if (count % 12 === 0) later.push(await watch(client));
    }
    for (const sync_id of ['a', 'b', 'c']) {
      const sync = await first.sees(sync_id, { processed_count: 240 });
      for (const viewer of later) expect(await viewer.sees(sync_id, { processed_count: 240 })).toEqual(sync);
    }
    for (const viewer of [first, ...later]) expect(viewer.wentBackwards).toBe(false);
  });
});

describe('The database is asked', () => {
  const polls = () => metric('sync_stream_polls_total{outcome="success"}');

  it('no more often for many viewers than for one, and not at all when nobody watches', async () => {
    const client = await service.client(newOrg());
    await watch(client);
    /** Polls in the time in which so many changes, each after the one before was seen, reach a viewer. */
    const during = async (sync_id: string) => {
      const before = await polls();
      await started(client, sync_id);
      for (let count = 1; count <= 4; count += 1) {
        await report(client, sync_id, count);
        await (viewers.at(-1) as TestViewer).sees(sync_id, { processed_count: count });
      }
      return (await polls()) - before;
    };
    const alone = await during('alone');
    for (let more = 0; more < 40; more += 1) await watch(client);
    expect(await metric('sync_stream_viewers')).toBeGreaterThanOrEqual(41);
    expect(await during('together')).toBeLessThanOrEqual(alone + 2);

    for (const viewer of viewers.splice(0)) viewer.close();
    await waitFor('all have left', async () => (await metric('sync_stream_viewers')) === 0);
    let last = { polls: await polls(), since: Date.now() };
    await waitFor('no poll for the time of three', async () => {
      const now = await polls();
      if (now !== last.polls) last = { polls: now, since: Date.now() };
      return Date.now() - last.since > 1_600;
    });
  });
});

describe('A viewer is cut off', () => {
  it('when its token expires', async () => {
    const viewer = await watch(
      await service.client(newOrg(), { scope: 'sync:read', exp: Math.floor(Date.now() / 1000) + 3 }),
    );
    await waitFor('the end', () => viewer.isClosed, { withinMs: 6_000 });
    expect(viewer.endReason).toBe('expired');
  });

  it('when its key expires', async () => {
    const apiKey = await service.createKey({ orgId: newOrg(), scopes: ['sync:read'], ttlSeconds: 2 });
    const viewer = await watch(createSyncClient({ baseUrl: service.url, apiKey }));
    await waitFor('the end', () => viewer.isClosed, { withinMs: 6_000 });
    expect(viewer.endReason).toBe('expired');
  });

  it('within ten seconds of the revocation of its key, while others stay', async () => {
    const org = newOrg();
    const keys = await Promise.all([1, 2].map(() => service.createKey({ orgId: org, name: `key-${newOrg()}` })));
    const [revoked, kept] = await Promise.all(
      keys.map((apiKey) => watch(createSyncClient({ baseUrl: service.url, apiKey }))),
    );
    const byToken = await watch(await service.client(org));
    await sql(
      service.database.ownerUrl,
      `UPDATE auth.api_keys SET revoked_at = now() WHERE key_hash = sha256(convert_to($1, 'UTF8'))`,
      [keys[0]],
    );
    await waitFor('the end', () => revoked?.isClosed, { withinMs: 10_000 });
    expect(revoked?.endReason).toBe('revoked');
    expect([kept?.isClosed, byToken.isClosed]).toEqual([false, false]);
  });

  it('when its session is signed out', async () => {
    const link = await service.createKey({ orgId: newOrg(), kind: 'link', ttlSeconds: 60, scopes: ['sync:read'] });
    const signedIn = await fetch(`${service.url}/sign-in?token=${link}`, { redirect: 'manual' });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] as string;
    const client = createSyncClient({ baseUrl: service.url });
    client.setConfig({ headers: { cookie } });
    const viewer = await watch(client);
    const { status } = await fetch(`${service.url}/sign-out`, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    });
    expect(status).toBe(204);
    await waitFor('the end', () => viewer.isClosed, { withinMs: 10_000 });
    expect(viewer.endReason).toBe('revoked');
  });

  it('when it does not read, which harms no other', async () => {
    const org = newOrg();
    const client = await service.client(org);
    await started(client, 'big');
    const slow = await openViewerThatNeverReads(service.url, await service.createKey({ orgId: org }));
    const reading = await watch(client);
    const dropped = () => metric('sync_stream_viewers_ended_total{reason="slow"}');
    const before = await dropped();
    for (let count = 1; (await dropped()) === before; count += 1) {
      await plainSql(
        org,
        `UPDATE sync_progress SET processed_count = $1::integer, error_message = repeat(md5($1::integer::text), 60000)`,
        [count],
      );
      await reading.sees('big', { processed_count: count }, 5_000);
      // What the kernel holds for it is some megabytes.
      expect(count).toBeLessThan(20);
    }
    expect(reading.isClosed).toBe(false);
    slow.destroy();
  });
});

it('Who leaves before the answer begins is not counted as a viewer, or looked for', async () => {
  const { hostname, port } = new URL(service.url);
  const keys = await Promise.all(
    Array.from({ length: 20 }, () => service.createKey({ orgId: newOrg(), name: newOrg() })),
  );
  const watching = () => metric('sync_stream_viewers');
  await waitFor('nobody watches', async () => (await watching()) === 0);
  for (const key of keys) {
    // The key is not known here yet, so the database is asked; by then nobody is there.
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`GET /api/sync/progress/stream HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${key}\r\n\r\n`, () =>
      socket.resetAndDestroy(),
    );
    await once(socket, 'close');
  }
  // Comes after them.
  const viewer = await watch(await service.client(newOrg()));
  await waitFor('only this one watches', async () => (await watching()) === 1);
  viewer.close();
  await waitFor('nobody watches', async () => (await watching()) === 0);
});

it('A comment comes every 15 seconds', async () => {
  const { body } = await fetch(`${service.url}/api/sync/progress/stream`, {
    headers: { 'x-api-key': await service.createKey({ orgId: newOrg(), scopes: ['sync:read'] }) },
  });
  const start = Date.now();
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('keep-alive')) break;
  }
  expect(text).toMatch(/^retry: 1000\nevent: snapshot\ndata: \{.*\}\n\n: keep-alive\n\n$/);
  expect((Date.now() - start) / 1000).toBeCloseTo(15.5, -1);
});

describe('When the service stops', () => {
  it('it says so to every viewer, waits for none that does not read, and refuses new ones meanwhile', async () => {
    const stopping = await startTestService();
    const client = await stopping.client('org-stopping');
    const viewer = await watch(client);
    await openViewerThatNeverReads(stopping.url, await stopping.createKey({ orgId: 'org-stopping' }));
    await stopping.app.get(StreamService).beforeApplicationShutdown();
    await waitFor('the end', () => viewer.isClosed);
    expect(viewer.endReason).toBe('restarting');
    const refused = await fetch(`${stopping.url}/api/sync/progress/stream`, {
      headers: { authorization: `Bearer ${await token('org-stopping')}` },
    });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    await refused.text();
    await stopping.close();
  });

  it('it is closed within seconds', async () => {
    const stopping = await startTestService();
    const viewer = await watch(await stopping.client('org-stopping'));
    const start = Date.now();
    await stopping.close();
    expect(Date.now() - start).toBeLessThan(3_000);
    await waitFor('the end', () => viewer.isClosed);
    expect(viewer.endReason).toBe('restarting');
  });
});

it('When the database fails, viewers stay and are told of everything once it is back; the log says it once', async () => {
  const org = newOrg();
  const proxy = await startBreakableProxy(service.database.appUrl);
  const app = await createApp(parseEnvironment({ DATABASE_URL: proxy.url, SYNC_WORKER: 'off', LOG_LEVEL: 'silent' }));
  const said = jest.spyOn(Logger.prototype, 'error');
  try {
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const client = await service.client(org);
    await started(client, 'before');
    const apiKey = await service.createKey({ orgId: org });
    const viewer = await watch(createSyncClient({ baseUrl: url, apiKey }));
    await proxy.cut();
    await waitFor('polls fail', async () => (await metricOf(url, 'sync_stream_polls_total{outcome="failure"}')) >= 3);
    await started(client, 'meanwhile');
    await report(client, 'before', 7);
    await proxy.mend();
    await viewer.sees('before', { processed_count: 7 }, 5_000);
    await viewer.sees('meanwhile', { processed_count: 0 });
    expect(viewer.events.filter(({ event }) => event !== 'change')).toHaveLength(1);
    expect(viewer.isClosed).toBe(false);
    expect(said.mock.calls.filter(([, text]) => String(text).includes('cannot be read'))).toHaveLength(1);
  } finally {
    said.mockRestore();
    await app.close();
    await proxy.cut();
  }
});

it("A viewer never sees another organization's sync, though both have the same ids", async () => {
  const [ours, theirs] = [newOrg(), newOrg()];
  const [us, them] = await Promise.all([service.client(ours), service.client(theirs)]);
  await Promise.all([us, them].map((client) => started(client, 'same')));
  const [ourViewer, theirViewer] = await Promise.all([watch(us), watch(them)]);
  await Promise.all([report(us, 'same', 1), report(them, 'same', 2)]);
  await started(them, 'only-theirs');
  await ourViewer.sees('same', { processed_count: 1 });
  await theirViewer.sees('same', { processed_count: 2 });
  await theirViewer.sees('only-theirs', {});
  await report(us, 'same', 3);
  await ourViewer.sees('same', { processed_count: 3 });
  for (const [viewer, org] of [
    [ourViewer, ours],
    [theirViewer, theirs],
  ] as const) {
    const seen = viewer.events.flatMap(({ event, data }) => (event === 'end' ? [] : data.syncs));
    expect(new Set(seen.map(({ org_id }) => org_id))).toEqual(new Set([org]));
  }
  expect([...ourViewer.syncs.keys()]).toEqual(['same']);
  const refused = await fetch(`${service.url}/api/sync/progress/stream?orgId=${theirs}`, {
    headers: { authorization: `Bearer ${await token(ours)}` },
  });
  expect([refused.status, await refused.json()]).toEqual([
    403,
    expect.objectContaining({ type: 'urn:sync-operations:problem:other-organization' }),
  ]);
});
