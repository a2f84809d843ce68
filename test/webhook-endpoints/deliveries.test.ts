import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DeliveryWorker } from '../../src/webhook-endpoints/delivery.worker.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { isSignedWith, type ReceivedMessage, Receiver } from './receiver.support.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ SYNC_ALLOW_PRIVATE_ADDRESSES: 'true' });
});
afterAll(() => service.close());
const receivers: Receiver[] = [];
afterEach(() => {
  for (const receiver of receivers.splice(0)) receiver.close();
});

const SHOP = '10000000-0000-4000-8000-000000000001';
let organizations = 0;
const newOrg = () => `org-told-${++organizations}`;
const call = async (org: string, method: string, path: string, body?: object) =>
  send(service, `/api/sync${path}`, {
    method,
    authorization: `Bearer ${await token(org, { scope: 'sync:admin' })}`,
    ...(body && { body: JSON.stringify(body) }),
  });
const admin = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(service.database.superuserUrl, text, values);
async function receive(org: string, settings: object = {}) {
  const receiver = await Receiver.start();
  receivers.push(receiver);
  const made = await call(org, 'POST', '/webhook-endpoints', { url: receiver.url, events: ['*'], ...settings });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return { receiver, path: `/webhook-endpoints/${made.body.id}`, ...made.body } as {
    receiver: Receiver;
    path: string;
    id: string;
    secret: string;
  };
}
const start = async (org: string) =>
  (await call(org, 'POST', '/progress', { entity_type: 'customer', source_system: 'shop', total_items: 9 })).body
    .sync_id as string;
/** One round of the worker, and the turns that it gave. */
async function deliver() {
  const worker = service.app.get(DeliveryWorker);
  await worker.wake();
  await worker.settled();
}
/** As if the wait were over. */
const dueNow = (endpoint: string) =>
  admin(`UPDATE sync_webhook_deliveries SET next_attempt_at = now() WHERE endpoint_id = $1`, [endpoint]);
const log = async (org: string, path: string, query = '') =>
  (await call(org, 'GET', `${path}/deliveries${query}`)).body.items;

describe('A receiver', () => {
  it('is told that a sync started and ended, signed with its secret', async () => {
    const org = newOrg();
    const { receiver, secret } = await receive(org);
    const sync_id = await start(org);
    await call(org, 'POST', `/progress/${sync_id}/complete`);
    await deliver();
    expect(receiver.types).toEqual(['sync.started', 'sync.completed']);
    expect(receiver.messages.every((message) => isSignedWith(secret, message))).toBe(true);
    const { headers, body } = receiver.messages[1] as ReceivedMessage;
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': expect.stringMatching(/^msg_/) });
    expect(body).toEqual({
      type: 'sync.completed',
      timestamp: expect.stringMatching(/Z$/),
      data: expect.objectContaining({ org_id: org, sync_id, status: 'completed', source_system: 'shop' }),
    });
  });

  it('is told of a sync that pauses, goes on and fails by plain SQL, and of one that maintenance ends', async () => {
    const org = newOrg();
    const { receiver } = await receive(org, { events: ['sync.*'] });
    const [sql_sync, silent] = [await start(org), await start(org)];
    for (const status of ['paused', 'running', 'failed'])
      await admin(`UPDATE sync_progress SET status = $2 WHERE sync_id = $1`, [sql_sync, status]);
    await admin(`UPDATE sync_progress SET updated_at = now() - interval '1 hour' WHERE sync_id = $1`, [silent]);
    await admin(`SET ROLE sync_app; SELECT app.end_silent_syncs('30 minutes', 10)`);
    await deliver();
    expect(receiver.types.slice(2)).toEqual(['sync.paused', 'sync.resumed', 'sync.failed', 'sync.timeout']);
  });

  it('gets one message a batch of failed items and of changed records, and one when a preview is ready', async () => {
    const org = newOrg();
    const { receiver } = await receive(org, { events: ['item.failed', 'record.changed', 'preview.*'] });
    for (const [sync, kind] of [
      ['run', 'sync'],
      ['look', 'preview'],
    ]) {
      await admin(
        `WITH p AS (INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system) VALUES ($1, $2, 'customer', 'shop'))
         INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, entity_type, mode) VALUES ($1, $2, $3, $4, 'customer', 'full')`,
        [org, sync, kind, SHOP],
      );
      await admin(
        `INSERT INTO sync_items (org_id, sync_id, external_id, outcome, error_class, message)
         VALUES ($1, $2, '1', 'failed', 'refused', 'no Ada'), ($1, $2, '2', 'failed', 'refused', 'no Ada'), ($1, $2, '3', 'skipped', 'x', 'y')`,
        [org, sync],
      );
    }
    const records = JSON.stringify(
      ['a', 'b'].map((external_id) => ({ external_id, data: {}, hash: 'h', deleted: false })),
    );
    await admin(`SELECT * FROM app.save_records($1, $2, 'customer', $3, NULL, NULL)`, [org, SHOP, records]);
    await admin(`SELECT * FROM app.save_records($1, $2, 'customer', $3, NULL, NULL)`, [
      org,
      SHOP,
      records.replaceAll('"h"', '"i"'),
    ]);
    await admin(`UPDATE sync_progress SET status = 'completed' WHERE org_id = $1 AND sync_id = 'look'`, [org]);
    await deliver();
    expect(receiver.types.sort()).toEqual(['item.failed', 'preview.ready', 'record.changed', 'record.changed']);
    const data = receiver.messages.map((message) => message.body.data);
    const failed = { external_id: '1', error_class: 'refused' };
    expect(data).toContainEqual({
      org_id: org,
      sync_id: 'run',
      count: 2,
      items: [failed, { ...failed, external_id: '2' }],
    });
    expect(data).toContainEqual({
      ...{ org_id: org, connection_id: SHOP, entity_type: 'customer', count: 2 },
      records: [3, 4].map((change_seq) => ({ external_id: change_seq === 3 ? 'a' : 'b', change_seq, deleted: false })),
    });
  });

  it.each(['standard', 'cloudevents', 'slack'])(
    'is not told, as %s, what an error quotes, nor shows the log it',
    async (format) => {
      const org = newOrg();
      const { receiver, path } = await receive(org, { events: ['sync.failed'], format });
      const sync_id = await start(org);
      await call(org, 'POST', `/progress/${sync_id}/fail`, {
        error_message: 'The shop refused: “Ada Lovelace” of ada@x.example',
      });
      await deliver();
      for (const told of [receiver.messages.map(({ body }) => body), await log(org, path)]) {
        expect(JSON.stringify(told)).toContain('The shop refused: [masked] of [masked]');
        expect(JSON.stringify(told)).not.toMatch(/Ada|ada@/);
      }
    },
  );

  it('gets only the events that it asked for, of its own organization, and CloudEvents where it asked for those', async () => {
    const [org, other] = [newOrg(), newOrg()];
    const { receiver } = await receive(org, { events: ['sync.started'], format: 'cloudevents' });
    await receive(other);
    const sync_id = await start(org);
    await call(org, 'POST', `/progress/${sync_id}/complete`);
    await start(other);
    await deliver();
    expect(receiver.messages.map(({ body }) => body)).toEqual([
      {
        ...{ specversion: '1.0', id: receiver.messages[0]?.headers['webhook-id'], source: `/organizations/${org}` },
        ...{ type: 'sync-operations.sync.started', time: expect.any(String), datacontenttype: 'application/json' },
        data: expect.objectContaining({ org_id: org, sync_id }),
      },
    ]);
    expect(receiver.messages[0]?.headers['content-type']).toBe('application/cloudevents+json');
  });

  it('that is not there, answers with an error or redirects gets the same message again until it has it', async () => {
    const org = newOrg();
    const { receiver, path, id } = await receive(org);
    await start(org);
    const answers: Receiver['answer'][] = [
      (response) => response.writeHead(302, { location: receiver.url }).end(),
      (response) => response.writeHead(503, { 'retry-after': '600' }).end(),
      (response) => response.destroy(),
    ];
    for (const [index, answer] of answers.entries()) {
      receiver.answer = answer;
      await dueNow(id);
      await deliver();
      const [delivery] = await log(org, path);
      expect(delivery).toMatchObject({ state: 'waiting', attempts: index + 1, error_message: expect.any(String) });
      // A receiver may ask for a wait.
      if (index === 1) expect(Date.parse(delivery.next_attempt_at) - Date.now()).toBeGreaterThan(500_000);
    }
    receiver.answer = (response) => response.writeHead(200).end();
    await dueNow(id);
    await deliver();
    expect((await log(org, path))[0]).toMatchObject({
      state: 'delivered',
      attempts: 4,
      response_status: 200,
      error_message: null,
    });
    expect(new Set(receiver.messages.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('gets nothing twice from two workers, and what a killed worker had goes on when its claim is over', async () => {
    const org = newOrg();
    const { receiver, id } = await receive(org);
    await start(org);
    const claim = () => admin<{ endpoint_id: string }>(`SELECT * FROM app.claim_webhook_endpoints(100, 2, '1 minute')`);
    expect((await claim()).map((row) => row.endpoint_id)).toContain(id);
    await deliver();
    expect(receiver.messages).toEqual([]);
    await admin(`UPDATE sync_webhook_endpoints SET claimed_until = now() WHERE id = $1`, [id]);
    await deliver();
    expect(receiver.types).toEqual(['sync.started']);
  });
});

describe('A delivery', () => {
  it('has failed a day after its event, and is sent again alone, or with all since a time', async () => {
    const org = newOrg();
    const { receiver, path, id } = await receive(org);
    receiver.answer = (response) => response.writeHead(500).end();
    await start(org);
    await admin(`UPDATE sync_webhook_deliveries SET expires_at = now() WHERE endpoint_id = $1`, [id]);
    await deliver();
    const [failed] = await log(org, path, '?state=failed');
    expect(failed).toMatchObject({ attempts: 1, response_status: 500, next_attempt_at: null });
    receiver.answer = (response) => response.writeHead(204).end();
    const again = await call(org, 'POST', `${path}/deliveries/${failed.id}/replay`);
    expect([again.status, again.body.state]).toEqual([202, 'waiting']);
    await deliver();
    const since = { since: failed.created_at };
    expect((await call(org, 'POST', `${path}/replay`, since)).body).toEqual({ replayed: 0 });
    expect((await call(org, 'POST', `${path}/replay`, { ...since, state: 'all' })).body).toEqual({ replayed: 1 });
    await deliver();
    expect(receiver.messages.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array(3).fill(`msg_${failed.event_id}`),
    );
  });

  it('is logged page by page, newest first, and a test message can be asked for', async () => {
    const org = newOrg();
    const { path } = await receive(org, { events: ['preview.ready'] });
    for (let n = 0; n < 3; n += 1) expect((await call(org, 'POST', `${path}/test`)).status).toBe(202);
    await deliver();
    const first = (await call(org, 'GET', `${path}/deliveries?limit=2`)).body;
    const rest = (await call(org, 'GET', `${path}/deliveries?limit=2&cursor=${first.next_cursor}`)).body;
    const items = [...first.items, ...rest.items];
    expect(items.map(({ event_type, state }) => `${event_type} ${state}`)).toEqual(
      Array(3).fill('endpoint.test delivered'),
    );
    expect(items.map(({ created_at }) => created_at)).toEqual(
      items
        .map(({ created_at }) => created_at)
        .sort()
        .reverse(),
    );
    expect(rest.next_cursor).toBeNull();
  });

  it('is written for no more than 10,000 that wait, and removed after 7 days', async () => {
    const org = newOrg();
    const { id } = await receive(org);
    const fill = `INSERT INTO sync_webhook_deliveries (org_id, endpoint_id, event_id, event_type, data, next_attempt_at, created_at)
      SELECT $1, $2, gen_random_uuid(), 'x', '{}', now() + interval '1 hour', now() - interval '8 days' FROM generate_series(1, $3)`;
    const count = async () =>
      (
        await admin<{ n: number }>(`SELECT count(*)::int AS n FROM sync_webhook_deliveries WHERE endpoint_id = $1`, [
          id,
        ])
      )[0]?.n;
    await admin(fill, [org, id, 9_999]);
    for (let n = 0; n < 3; n += 1) await start(org);
    expect(await count()).toBe(10_000);
    await admin(`SET ROLE sync_app; SELECT app.cleanup_outbound_deliveries(20000)`);
    expect(await count()).toBe(1);
  });
});

describe('An endpoint', () => {
  it('signs with both secrets while they overlap, and with the new one alone after', async () => {
    const org = newOrg();
    const { receiver, path, id, secret: before } = await receive(org);
    const { secret: after } = (await call(org, 'POST', `${path}/rotate-secret`, {})).body;
    await start(org);
    await deliver();
    await admin(`UPDATE sync_webhook_endpoints SET previous_secret_until = now() WHERE id = $1`, [id]);
    await start(org);
    await deliver();
    const signedWith = (secret: string) => receiver.messages.map((message) => isSignedWith(secret, message));
    expect([signedWith(before), signedWith(after)]).toEqual([
      [true, false],
      [true, true],
    ]);
  });

  it('is disabled after days without a delivery or when its receiver is gone, which the trail says', async () => {
    const org = newOrg();
    const [failing, gone] = [await receive(org), await receive(org)];
    failing.receiver.answer = (response) => response.writeHead(500).end();
    gone.receiver.answer = (response) => response.writeHead(410).end();
    await admin(`UPDATE sync_webhook_endpoints SET failing_since = now() - interval '6 days' WHERE id = $1`, [
      failing.id,
    ]);
    await start(org);
    await deliver();
    const reasons = {
      [failing.id]: 'no delivery has succeeded for 5 days',
      [gone.id]: 'the receiver answered with 410: gone',
    };
    for (const { path, id } of [failing, gone]) {
      expect((await call(org, 'GET', path)).body).toMatchObject({
        enabled: false,
        disabled_reason: reasons[id],
        waiting: 0,
      });
      expect((await log(org, path))[0].state).toBe('failed');
      expect((await call(org, 'POST', `${path}/test`)).status).toBe(409);
    }
    const entries = (await call(org, 'GET', '/activity?failed=true')).body.items;
    const told = entries.map(({ activity_type, error_message }: Record<string, string>) => [
      activity_type,
      error_message,
    ]);
    expect(told.sort()).toEqual(
      Object.values(reasons)
        .map((reason) => ['webhook_endpoint_disabled', reason])
        .sort(),
    );
    const back = await call(org, 'PATCH', failing.path, { enabled: true });
    expect(back.body).toMatchObject({ enabled: true, disabled_reason: null, failing_since: null });
  });

  it('that fails three times in a row has a rest, however much waits for it', async () => {
    const org = newOrg();
    const { receiver, id } = await receive(org);
    receiver.answer = (response) => response.writeHead(500).end();
    for (let n = 0; n < 5; n += 1) await start(org);
    await deliver();
    await dueNow(id);
    await deliver();
    expect(receiver.messages).toHaveLength(3);
  });

  it('whose receiver is slow makes only its own organization wait', async () => {
    const [slow, quick] = [newOrg(), newOrg()];
    const hanging: Receiver[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { receiver } = await receive(slow);
      receiver.answer = () => undefined;
      hanging.push(receiver);
    }
    const { receiver } = await receive(quick);
    for (let n = 0; n < 30; n += 1) await start(slow);
    const worker = service.app.get(DeliveryWorker);
    await worker.wake();
    await start(quick);
    await worker.wake();
    await waitFor(
      'the quick receiver has its message and two of the slow ones have begun',
      () => receiver.messages.length === 1 && hanging.filter(({ messages }) => messages.length > 0).length === 2,
    );
    await worker.wake();
    expect(hanging.filter(({ messages }) => messages.length > 0)).toHaveLength(2);
    for (const one of hanging) one.close();
    await worker.settled();
  });
});
