import { once } from 'node:events';
import { connect } from 'node:net';
import { Logger } from '@nestjs/common';
import { createSyncClient } from '@sync-operations/client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseEnvironment } from '../../src/config/environment.ts';
import { createApp } from '../../src/create-app.ts';
import { StreamService } from '../../src/progress/stream/stream.service.ts';
import { startBreakableProxy } from '../support/breakable-proxy.ts';
import { metricOf } from '../support/metrics.ts';
import { cookieOf, followLink, send } from '../support/send.ts';
import { openViewerThatNeverReads } from '../support/slow.viewer.ts';
import { sql } from '../support/test-database.ts';
import { startTestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { report, StreamFixture, started } from './stream.support.ts';

let fixture: StreamFixture;

beforeAll(async () => {
  fixture = await StreamFixture.start();
});
afterEach(() => fixture.closeViewers());
afterAll(() => fixture.close());

describe('A viewer is cut off', () => {
  it('when its token expires', async () => {
    const viewer = await fixture.watch(
      await fixture.client(fixture.newOrg(), { scope: 'sync:read', exp: Math.floor(Date.now() / 1000) + 3 }),
    );
    await waitFor('the end', () => viewer.isClosed, { withinMs: 6_000 });
    expect(viewer.endReason).toBe('expired');
  });

  it('when its key expires', async () => {
    const apiKey = await fixture.service.createKey({ orgId: fixture.newOrg(), scopes: ['sync:read'], ttlSeconds: 2 });
    const viewer = await fixture.watch(createSyncClient({ baseUrl: fixture.service.url, apiKey }));
    await waitFor('the end', () => viewer.isClosed, { withinMs: 6_000 });
    expect(viewer.endReason).toBe('expired');
  });

  it('within ten seconds of the revocation of its key, while others stay', async () => {
    const org = fixture.newOrg();
    const keys = await Promise.all(
      [1, 2].map(() => fixture.service.createKey({ orgId: org, name: `key-${fixture.newOrg()}` })),
    );
    const [revoked, kept] = await Promise.all(
      keys.map((apiKey) => fixture.watch(createSyncClient({ baseUrl: fixture.service.url, apiKey }))),
    );
    const byToken = await fixture.watch(await fixture.client(org));
    await sql(
      fixture.service.database.ownerUrl,
      `UPDATE auth.api_keys SET revoked_at = now() WHERE key_hash = sha256(convert_to($1, 'UTF8'))`,
      [keys[0]],
    );
    await waitFor('the end', () => revoked?.isClosed, { withinMs: 10_000 });
    expect(revoked?.endReason).toBe('revoked');
    expect([kept?.isClosed, byToken.isClosed]).toEqual([false, false]);
  });

  it('when its session is signed out', async () => {
    const link = await fixture.service.createKey({
      orgId: fixture.newOrg(),
      kind: 'link',
      ttlSeconds: 60,
      scopes: ['sync:read'],
    });
    const cookie = cookieOf(await followLink(fixture.service, link));
    const client = createSyncClient({ baseUrl: fixture.service.url });
    client.setConfig({ headers: { cookie } });
    const viewer = await fixture.watch(client);
    const ownPage = { cookie, 'sec-fetch-site': 'same-origin' };
    expect((await send(fixture.service, '/sign-out', { method: 'POST', ...ownPage })).status).toBe(204);
    await waitFor('the end', () => viewer.isClosed, { withinMs: 10_000 });
    expect(viewer.endReason).toBe('revoked');
  });

  it('when it does not read, which does not affect the others', async () => {
    const org = fixture.newOrg();
    const client = await fixture.client(org);
    await started(client, 'big');
    const slow = await openViewerThatNeverReads(fixture.service.url, await fixture.service.createKey({ orgId: org }));
    const reading = await fixture.watch(client);
    const dropped = () => fixture.metric('sync_stream_viewers_ended_total{reason="slow"}');
    const before = await dropped();
    for (let count = 1; (await dropped()) === before; count += 1) {
      await fixture.sql(
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

it('Who leaves before the response begins is not counted as a viewer, or looked for', async () => {
  const { hostname, port } = new URL(fixture.service.url);
  const keys = await Promise.all(
    Array.from({ length: 20 }, () => fixture.service.createKey({ orgId: fixture.newOrg(), name: fixture.newOrg() })),
  );
  const watching = () => fixture.metric('sync_stream_viewers');
  await waitFor('nobody watches', async () => (await watching()) === 0);
  for (const key of keys) {
    // The key is not cached yet, so the service queries the database; by then the viewer has left.
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`GET /api/sync/progress/stream HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${key}\r\n\r\n`, () =>
      socket.resetAndDestroy(),
    );
    await once(socket, 'close');
  }
  // Comes after them.
  const viewer = await fixture.watch(await fixture.client(fixture.newOrg()));
  await waitFor('only this one watches', async () => (await watching()) === 1);
  viewer.close();
  await waitFor('nobody watches', async () => (await watching()) === 0);
});

describe('When the service stops', () => {
  it('it says so to every viewer, waits for none that does not read, and refuses new ones meanwhile', async () => {
    const stopping = await startTestService();
    const client = await stopping.client('org-stopping');
    const viewer = await fixture.watch(client);
    await openViewerThatNeverReads(stopping.url, await stopping.createKey({ orgId: 'org-stopping' }));
    await stopping.app.get(StreamService).beforeApplicationShutdown();
    await waitFor('the end', () => viewer.isClosed);
    expect(viewer.endReason).toBe('restarting');
    const late = await stopping.request('org-stopping');
    await late.get('/api/sync/progress/stream').expect(503).expect('retry-after', '1');
    await stopping.close();
  });

  it('it is closed within seconds', async () => {
    const stopping = await startTestService();
    const viewer = await fixture.watch(await stopping.client('org-stopping'));
    const start = Date.now();
    await stopping.close();
    expect(Date.now() - start).toBeLessThan(3_000);
    await waitFor('the end', () => viewer.isClosed);
    expect(viewer.endReason).toBe('restarting');
  });
});

it('When the database fails, viewers stay and see everything once it is back; the log says it once', async () => {
  const org = fixture.newOrg();
  const proxy = await startBreakableProxy(fixture.service.database.appUrl);
  const app = await createApp(parseEnvironment({ DATABASE_URL: proxy.url, SYNC_WORKER: 'off', LOG_LEVEL: 'silent' }));
  const said = vi.spyOn(Logger.prototype, 'error');
  try {
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const client = await fixture.client(org);
    await started(client, 'before');
    const apiKey = await fixture.service.createKey({ orgId: org });
    const viewer = await fixture.watch(createSyncClient({ baseUrl: url, apiKey }));
    await proxy.cut();
    await waitFor('polls fail', async () => (await metricOf(url, 'sync_stream_polls_total{outcome="failure"}')) >= 3);
    await started(client, 'meanwhile');
    await report(client, 'before', 7);
    await proxy.mend();
    await viewer.sees('before', { processed_count: 7 }, 5_000);
    await viewer.sees('meanwhile', { processed_count: 0 });
    expect(viewer.events.filter(({ event }) => event !== 'change')).toHaveLength(1);
    expect(viewer.isClosed).toBe(false);
    // By the log of outages, which has a line a minute for each reason, whoever met it, and nothing beside.
    const lines = said.mock.calls.map(([what, text]) => [String(what.outage).split(' ', 1)[0], text]);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines).toEqual(
      [...new Set(lines.map(([reason]) => reason))].map((reason) => [reason, 'the database cannot be used']),
    );
  } finally {
    said.mockRestore();
    await app.close();
    await proxy.cut();
  }
});
