import { createSyncClient, listActiveSyncs } from '@sync-operations/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../src/config/environment.ts';
import { createApp } from '../../src/create-app.ts';
import { send } from '../support/send.ts';
import type { TestViewer } from '../support/stream-viewer.ts';
import { waitFor } from '../support/wait-for.ts';
import { report, StreamFixture, started } from './stream.support.ts';

let fixture: StreamFixture;

beforeAll(async () => {
  fixture = await StreamFixture.start();
});
afterEach(() => fixture.closeViewers());
afterAll(() => fixture.close());

describe('The stream begins', () => {
  it('with a snapshot of what GET /progress shows, without checkpoints', async () => {
    const org = fixture.newOrg();
    const client = await fixture.client(org);
    await started(client, 'one', { checkpoint: { page: 7 } });
    await started(client, 'two');
    await report(client, 'two', 5);
    const viewer = await fixture.watch(client, org);
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

  it('with headers that keep proxies from holding it back, and those of every response', async () => {
    const { headers, body } = await fetch(`${fixture.service.url}/api/sync/progress/stream`, {
      headers: { 'x-api-key': await fixture.service.createKey({ orgId: fixture.newOrg(), scopes: ['sync:read'] }) },
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
    const key = await fixture.service.createKey({ orgId: fixture.newOrg(), scopes: ['sync:read'] });
    const response = await send(fixture.service, '/api/sync/progress/stream', { method: 'HEAD', 'x-api-key': key });
    expect([response.status, response.text]).toEqual([200, '']);
  });
});

describe('A change reaches the viewer within a second', () => {
  it('when it was made over REST', async () => {
    const client = await fixture.client(fixture.newOrg());
    const viewer = await fixture.watch(client);
    await started(client, 'new');
    await viewer.sees('new', { processed_count: 0, status: 'running' });
    await report(client, 'new', 3);
    await viewer.sees('new', { processed_count: 3 });
    await report(client, 'new', 1000);
    await viewer.sees('new', { processed_count: 1000, status: 'completed' });
  });

  it('when it was made by plain SQL', async () => {
    const org = fixture.newOrg();
    const viewer = await fixture.watch(await fixture.client(org));
    await fixture.sql(
      org,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system) VALUES ($1, 'by-sql', 'order', 'erp')`,
      [org],
    );
    await viewer.sees('by-sql', { entity_type: 'order' });
    await fixture.sql(org, `UPDATE sync_progress SET processed_count = 9, updated_at = now() WHERE sync_id = 'by-sql'`);
    await viewer.sees('by-sql', { processed_count: 9 });
  });

  it('when it was made through another replica', async () => {
    const org = fixture.newOrg();
    const viewer = await fixture.watch(await fixture.client(org));
    const other = await createApp(
      parseEnvironment({ DATABASE_URL: fixture.service.database.appUrl, SYNC_WORKER: 'off', LOG_LEVEL: 'silent' }),
    );
    try {
      await other.listen(0, '127.0.0.1');
      const apiKey = await fixture.service.createKey({ orgId: org, scopes: ['sync:write'] });
      const client = createSyncClient({ baseUrl: await other.getUrl(), apiKey });
      await started(client, 'elsewhere');
      await viewer.sees('elsewhere', { processed_count: 0 });
    } finally {
      await other.close();
    }
  });

  it('and names only the syncs that changed', async () => {
    const client = await fixture.client(fixture.newOrg());
    await started(client, 'still');
    await started(client, 'moving');
    const viewer = await fixture.watch(client);
    await report(client, 'moving', 4);
    await viewer.sees('moving', { processed_count: 4 });
    expect(viewer.events.slice(1)).toMatchObject([
      { event: 'change', data: { syncs: [{ sync_id: 'moving' }], gone: [] } },
    ]);
  });
});

it('A sync that ended stays for a minute and is then reported as gone', async () => {
  const org = fixture.newOrg();
  const client = await fixture.client(org);
  const ended = (sync_id: string, seconds: number) =>
    fixture.sql(
      org,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, started_at, completed_at)
       VALUES ($1, $2, 'order', 'erp', 'failed', now() - interval '1 hour', now() - make_interval(secs => $3))`,
      [org, sync_id, seconds],
    );
  await ended('long-ago', 61);
  await ended('just-now', 1);
  const viewer = await fixture.watch(client);
  expect([...viewer.syncs.keys()]).toEqual(['just-now']);
  await ended('nearly', 57);
  await viewer.sees('nearly', { status: 'failed' });
  await waitFor('it is gone', () => !viewer.syncs.has('nearly'));
  expect(viewer.events.at(-1)).toMatchObject({ event: 'change', data: { syncs: [], gone: ['nearly'] } });
  expect([...viewer.syncs.keys()]).toEqual(['just-now']);
});

describe('A viewer that connects later', () => {
  it('begins with what the others have been sent, and misses nothing after it', async () => {
    const client = await fixture.client(fixture.newOrg());
    await Promise.all(['a', 'b', 'c'].map((sync_id) => started(client, sync_id)));
    const first = await fixture.watch(client);
    const later: TestViewer[] = [];
    for (let count = 1; count <= 240; count += 1) {
      await Promise.all(['a', 'b', 'c'].map((sync_id) => report(client, sync_id, count)));
      if (count % 12 === 0) later.push(await fixture.watch(client));
    }
    for (const sync_id of ['a', 'b', 'c']) {
      const sync = await first.sees(sync_id, { processed_count: 240 });
      for (const viewer of later) expect(await viewer.sees(sync_id, { processed_count: 240 })).toEqual(sync);
    }
    for (const viewer of [first, ...later]) expect(viewer.wentBackwards).toBe(false);
  });
});

describe('The database is asked', () => {
  const polls = () => fixture.metric('sync_stream_polls_total{outcome="success"}');

  it('no more often for many viewers than for one, and not at all when nobody watches', async () => {
    const client = await fixture.client(fixture.newOrg());
    await fixture.watch(client);
    /** Counts polls while a viewer receives a number of changes, each made after the one before was seen. */
    const during = async (sync_id: string) => {
      const before = await polls();
      await started(client, sync_id);
      for (let count = 1; count <= 4; count += 1) {
        await report(client, sync_id, count);
        await (fixture.viewers.at(-1) as TestViewer).sees(sync_id, { processed_count: count });
      }
      return (await polls()) - before;
    };
    const alone = await during('alone');
    for (let more = 0; more < 40; more += 1) await fixture.watch(client);
    expect(await fixture.metric('sync_stream_viewers')).toBeGreaterThanOrEqual(41);
    expect(await during('together')).toBeLessThanOrEqual(alone + 2);

    fixture.closeViewers();
    await waitFor('all have left', async () => (await fixture.metric('sync_stream_viewers')) === 0);
    let last = { polls: await polls(), since: Date.now() };
    await waitFor('no poll for the time of three', async () => {
      const now = await polls();
      if (now !== last.polls) last = { polls: now, since: Date.now() };
      return Date.now() - last.since > 1_600;
    });
  });
});

it('A comment is sent every 3 seconds', async () => {
  const { body } = await fetch(`${fixture.service.url}/api/sync/progress/stream`, {
    headers: { 'x-api-key': await fixture.service.createKey({ orgId: fixture.newOrg(), scopes: ['sync:read'] }) },
  });
  const start = Date.now();
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('keep-alive')) break;
  }
  expect(text).toMatch(/^retry: 1000\nevent: snapshot\ndata: \{.*\}\n\n: keep-alive\n\n$/);
  // A viewer calls the stream silent after five.
  expect(Date.now() - start).toBeLessThan(5_000);
});

it("A viewer never sees another organization's sync, though both have the same ids", async () => {
  const [ours, theirs] = [fixture.newOrg(), fixture.newOrg()];
  const [us, them] = await Promise.all([fixture.client(ours), fixture.client(theirs)]);
  await Promise.all([us, them].map((client) => started(client, 'same')));
  const [ourViewer, theirViewer] = await Promise.all([fixture.watch(us), fixture.watch(them)]);
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
  const refused = await (await fixture.service.request(ours))
    .get(`/api/sync/progress/stream?orgId=${theirs}`)
    .expect(403);
  expect(refused.body.type).toBe('urn:sync-operations:problem:other-organization');
});
