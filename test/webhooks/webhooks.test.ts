import { createHmac, randomUUID } from 'node:crypto';
import { startWooCommerceSandbox } from '@sync-operations/sandbox';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECTOR_LIST } from '../../src/connectors/connector.registry.ts';
import type { Connector } from '../../src/connectors/contract/connector.types.ts';
import { woocommerceWebhooks } from '../../src/connectors/woocommerce/webhook/webhook.payload.ts';
import type { Statement } from '../../src/database/database.ts';
import { ScheduleRunner } from '../../src/schedules/schedule.runner.ts';
import { runAsWorker } from '../../src/tenancy/tenant.context.ts';
import { type Change, storeDelivery } from '../../src/webhooks/webhook.sql.ts';
import { FakeSystem, fakeConnector } from '../runs/fake.system.ts';
import { RunsFixture } from '../runs/runs.support.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

const ORG = 'org-hooks';
const SECRET = 'a-secret-of-the-webhooks';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
  const fake = fakeConnector(fixture.systems);
  const description = { ...fake.description, system: 'hooked', webhooks: woocommerceWebhooks };
  fixture.service.app.get<Connector[]>(CONNECTOR_LIST).push({ ...fake, description });
});
afterAll(() => fixture.close());

async function connect(name: string, settings: object = {}): Promise<{ id: string; system: FakeSystem }> {
  const base_url = `https://${name}.example`;
  const system = new FakeSystem();
  fixture.systems.set(base_url, system);
  const connection = { name, system: 'hooked', base_url, credentials: {}, settings, webhook_secret: SECRET };
  const { status, body } = await fixture.call(ORG, 'POST', '/connections', connection);
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { id: body.id, system };
}

async function post(id: string, headers: Record<string, string>, text: string) {
  const request = { method: 'POST', ...headers, body: text };
  const { status, body } = await send(fixture.service, `/api/sync/hooks/${id}`, request);
  return { status, body };
}
const sign = (body: string, secret = SECRET) => createHmac('sha256', secret).update(body).digest('base64');

/** As WooCommerce sends it. */
function deliver(id: string, payload: object, { topic = 'customer.updated', secret = SECRET, delivery = '' } = {}) {
  const body = JSON.stringify(payload);
  const named: Record<string, string> = delivery === '' ? {} : { 'x-wc-webhook-delivery-id': delivery };
  const headers = { 'x-wc-webhook-topic': topic, 'x-wc-webhook-signature': sign(body, secret), ...named };
  return post(id, { 'content-type': 'application/json', ...headers }, body);
}

const admin = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(fixture.service.database.superuserUrl, text, values);
const hookRuns = async (id: string) =>
  (await fixture.call(ORG, 'GET', `/runs?connection_id=${id}`)).body.items.filter(
    ({ kind }: { kind: string }) => kind === 'webhook',
  );
const ended = (id: string, count: number) =>
  waitFor(`${count} webhook runs have ended`, async () => {
    const runs = await hookRuns(id);
    return runs.length === count && runs.every(({ state }: { state: string }) => state === 'ended') && runs;
  });
const record = async (id: string, externalId: string) =>
  (await fixture.call(ORG, 'GET', `/records/${id}/customer/${externalId}`)).body;
const person = (name: string) => ({ email: `${name}@example.test`, name, phone: null });

it('A refused webhook leaves a trace', async () => {
  const { id } = await connect('refused');
  const shown = async () => (await fixture.call(ORG, 'GET', `/connections/${id}`)).body;
  expect((await shown()).webhooks).toEqual({
    ...{ refused: 0, by_reason: {}, last_refused_at: null, last_reason: null },
    managed: null,
  });
  for (let sent = 0; sent < 3; sent += 1)
    expect((await deliver(id, { id: 1 }, { topic: 'product.updated', secret: 'another secret' })).status).toBe(401);
  expect(await shown()).toMatchObject({
    webhooks: {
      refused: 3,
      by_reason: { signature: 3 },
      last_refused_at: expect.any(String),
      last_reason: 'signature',
    },
    warnings: [expect.stringMatching(/^3 webhooks were refused, the last because its signature is wrong/)],
  });

  const json = { 'content-type': 'application/json' };
  const signed = (body: string, topic = 'product.updated') =>
    post(id, { ...json, 'x-wc-webhook-topic': topic, 'x-wc-webhook-signature': sign(body) }, body);
  expect((await signed('{"id":1}', 'coupon.created')).body.status).toBe('ignored');
  expect((await signed('not json')).body.status).toBe('ignored');
  expect((await signed('{"name":"x"}')).body.status).toBe('ignored');
  expect((await post(id, json, 'x'.repeat(2 * 1024 * 1024))).status).toBe(413);
  expect((await post(id, { 'content-type': 'application/xml' }, 'x')).status).toBe(415);
  await Promise.all(Array.from({ length: 30 }, () => signed('{"id":1}', 'coupon.created')));
  const counted = { signature: 3, unknown_topic: 31, bad_json: 1, no_id: 1, too_large: 1, media_type: 1 };
  expect((await shown()).webhooks).toMatchObject({ refused: 38, by_reason: counted, last_reason: 'unknown_topic' });

  const trail = () =>
    admin(
      `SELECT status, source_system, error_message, details FROM sync_activity_log
        WHERE org_id = $1 AND activity_type = 'webhooks_refused' ORDER BY created_at`,
      [ORG],
    );
  expect(await trail()).toEqual([
    expect.objectContaining({
      ...{ status: 'failed', source_system: 'hooked', error_message: expect.stringContaining('signature') },
      details: { connection_id: id, name: 'refused', reason: 'signature', refused: { signature: 1 } },
    }),
  ]);
  await admin("UPDATE sync_connections SET refusals_told_at = now() - interval '61 minutes' WHERE id = $1", [id]);
  await deliver(id, { id: 1 }, { secret: 'another secret' });
  await deliver(id, { id: 1 }, { secret: 'another secret' });
  expect(await trail()).toHaveLength(2);

  await fixture.call(ORG, 'PATCH', `/connections/${id}`, { webhook_secret: 'another secret of the shop' });
  expect(await shown()).toMatchObject({ webhooks: { refused: 0, by_reason: {}, last_reason: null }, warnings: [] });
  expect(await hookRuns(id)).toEqual([]);
});

it('a webhook whose body is an error names nothing gone, and is no refusal', async () => {
  const { id } = await connect('error-body');
  const error = { code: 'woocommerce_rest_product_invalid_id', message: 'Invalid ID.', data: { status: 404 } };
  for (const topic of ['product.created', 'order.created', 'customer.created', 'product.restored', 'product.deleted'])
    for (const body of [error, { ...error, id: 7 }])
      expect((await deliver(id, body, { topic })).body.status).toBe('ignored');
  expect((await fixture.call(ORG, 'GET', `/connections/${id}`)).body.webhooks).toMatchObject({ refused: 0 });
  expect(await hookRuns(id)).toEqual([]);
});

describe('A webhook', () => {
  it('that is a ping is accepted, one with a wrong signature is refused, and neither starts anything', async () => {
    const { id } = await connect('greeting');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await post(id, form, 'webhook_id=7')).toEqual({ status: 200, body: { status: 'ignored' } });
    expect((await deliver(id, { id: 1 }, { topic: 'coupon.created' })).body.status).toBe('ignored');
    expect((await deliver(id, { id: 1 }, { secret: 'another' })).status).toBe(401);
    const json = { 'content-type': 'application/json' };
    expect((await post(id, json, '{"id":1}')).status).toBe(401);
    expect((await post(id, form, 'id=1')).status).toBe(401);
    expect((await post(id, { 'content-type': 'application/xml' }, 'x')).status).toBe(415);
    expect((await post(id, json, 'x'.repeat(9 * 1024 * 1024))).status).toBe(413);
    expect((await deliver(randomUUID(), { id: 1 })).status).toBe(404);
    expect((await deliver('x', { id: 1 })).status).toBe(422);
    const { id: without } = await fixture.connect(ORG, 'without-webhooks');
    expect((await deliver(without, { id: 1 })).status).toBe(404);
    expect(await hookRuns(id)).toEqual([]);
    // Only webhooks are taken as forms.
    const authorization = `Bearer ${await token(ORG)}`;
    const elsewhere = await send(fixture.service, '/api/sync/runs', {
      method: 'POST',
      authorization,
      ...form,
      body: 'a=b',
    });
    expect(elsewhere.status).toBe(415);
  });

  it('brings what it names at once, and once however often it is delivered', async () => {
    const { id, system } = await connect('bringing');
    system.put(person('ann'), '1');
    system.put(person('bob'), '2');
    // Its bytes are signed, not what they mean.
    const body = '{ "id": 1, "note": "caf\\u00e9 é" }';
    const headers = { 'x-wc-webhook-topic': 'customer.created', 'x-wc-webhook-signature': sign(body) };
    const json = { 'content-type': 'application/json' };
    expect((await post(id, { ...json, ...headers }, body)).body).toEqual({ status: 'accepted' });
    const [run] = await ended(id, 1);
    expect(run).toMatchObject({
      trigger: 'webhook',
      requested_by: 'webhook',
      mode: 'incremental',
      counts: { created: 1 },
    });
    expect(run.progress).toMatchObject({ status: 'completed', total_items: 1 });
    expect(await record(id, '1')).toMatchObject({ data: { name: 'ann' } });
    expect((await record(id, '2')).status).toBe(404);
    expect((await post(id, { ...json, ...headers }, body)).body).toEqual({ status: 'repeated' });

    system.remove('1');
    expect((await deliver(id, { id: 1 }, { topic: 'customer.deleted' })).body.status).toBe('accepted');
    await ended(id, 2);
    expect((await record(id, '1')).deleted_at).not.toBeNull();
    // The same again after a while is another event: it was restored and deleted again.
    await admin(`UPDATE sync_hook_deliveries SET received_at = now() - interval '2 hours' WHERE connection_id = $1`, [
      id,
    ]);
    expect((await deliver(id, { id: 1 }, { topic: 'customer.deleted' })).body.status).toBe('accepted');
    await ended(id, 3);
  });

  it('joins the run that has not begun, so that a hundred at once are one run', async () => {
    const { id, system } = await connect('joining');
    system.fill(10);
    let open: () => void = () => undefined;
    system.hooks.beforeRead = () => new Promise<void>((resolve) => (open = resolve));
    const { sync_id } = await fixture.start(ORG, { source_connection_id: id });
    await waitFor('the sync reads', () => system.reads === 1);
    for (let i = 0; i < 30; i += 1) system.put(person(`new${i}`), `9${i}`);
    const responses = await Promise.all(Array.from({ length: 30 }, (_, i) => deliver(id, { id: Number(`9${i}`) })));
    expect(new Set(responses.map(({ body }) => body.status))).toEqual(new Set(['accepted']));
    expect(await hookRuns(id)).toEqual([expect.objectContaining({ state: 'waiting' })]);
    system.hooks = {};
    open();
    await fixture.ended(ORG, sync_id);
    const [run] = await ended(id, 1);
    expect(run.progress).toMatchObject({ status: 'completed', total_items: 30, processed_count: 30 });
    const left = await admin('SELECT 1 FROM sync_hook_deliveries WHERE connection_id = $1 AND sync_id <> $2', [
      ...[id, run.sync_id],
    ]);
    expect(left).toEqual([]);
  });

  it('goes to the configured destination, and is kept for the next sync when that was removed', async () => {
    const erp = await fixture.connect(ORG, 'hook-erp');
    const { id, system } = await connect('leading', { webhook_destination: erp.id });
    system.put(person('ann'), '1');
    await deliver(id, { id: 1 });
    const [run] = await ended(id, 1);
    expect(run).toMatchObject({ destination: erp.id, counts: { created: 1 } });
    expect([...erp.system.items.values()]).toEqual([expect.objectContaining({ name: 'ann' })]);

    await fixture.call(ORG, 'DELETE', `/connections/${erp.id}`);
    system.put(person('bob'), '2');
    expect(await deliver(id, { id: 2 })).toEqual({ status: 200, body: { status: 'accepted' } });
    const { items } = (await fixture.call(ORG, 'GET', '/activity?failed=true')).body;
    expect(items[0]).toMatchObject({
      activity_type: 'webhook_failed',
      details: { connection_id: id, external_id: '2' },
    });
    await fixture.call(ORG, 'PATCH', `/connections/${id}`, { settings: { webhook_destination: 'records' } });
    await deliver(id, { id: 1, again: true });
    const [next] = await ended(id, 2);
    expect(next.progress).toMatchObject({ processed_count: 2 });
    expect(await record(id, '2')).toMatchObject({ data: { name: 'bob' } });
  });

  it.each([
    ['d1', 'd2', 'd3'],
    ['', '', ''],
  ])('The second deletion of a product within an hour counts', async (...deliveries) => {
    const shop = await startWooCommerceSandbox({ badRate: 0, customers: 0, products: 1, orders: 0 });
    try {
      const id = await fixture.connectShop(ORG, shop);
      await fixture.call(ORG, 'PATCH', `/connections/${id}`, { webhook_secret: SECRET });
      const source = { source_connection_id: id, destination: 'records', entity_type: 'product' };
      expect((await fixture.run(ORG, source)).counts).toEqual({ created: 1 });
      const product = shop.state().products()[0]?.id ?? 0;
      const isDeleted = async () =>
        (await fixture.call(ORG, 'GET', `/records/${id}/product/${product}`)).body.deleted_at !== null;
      const tell = (topic: string, delivery = '') =>
        deliver(id, { id: product, ...(topic === 'product.restored' && { status: 'publish' }) }, { topic, delivery });
      const events = [
        [() => shop.admin.trashProduct(product), 'product.deleted', true],
        [() => shop.admin.restoreProduct(product), 'product.restored', false],
        [() => shop.admin.trashProduct(product), 'product.deleted', true],
      ] as const;
      for (const [i, [change, topic, deleted]] of events.entries()) {
        change();
        expect((await tell(topic, deliveries[i])).body).toEqual({ status: 'accepted' });
        await ended(id, i + 1);
        expect([topic, await isDeleted()]).toEqual([topic, deleted]);
      }
      expect((await tell('product.deleted', deliveries[2])).body).toEqual({ status: 'repeated' });
      // A delivery that the shop names is known however much came after it.
      if (deliveries[0]) expect((await tell('product.deleted', deliveries[0])).body).toEqual({ status: 'repeated' });
    } finally {
      await shop.stop();
    }
  });

  it('gets 404 after its connection was removed', async () => {
    const { id } = await connect('removed');
    await fixture.call(ORG, 'DELETE', `/connections/${id}`);
    expect((await deliver(id, { id: 1 })).status).toBe(404);
  });
});

describe('A webhook that arrives at the moment its run begins', () => {
  const connection = randomUUID();
  const change = (external_id: string): Change => ({
    ...{ kind: 'change', entity_type: 'customer', external_id, deleted: false, delivery_key: external_id },
    names_delivery: false,
  });
  const clients: pg.Client[] = [];
  const begin = async () => {
    const client = new pg.Client({ connectionString: fixture.service.database.appUrl });
    clients.push(client);
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT app.set_org($1)', [ORG]);
    return client;
  };
  const run = (client: pg.Client, { text, values }: Statement) => client.query(text, values as unknown[]);
  const takeLease = (client: pg.Client, syncId: string) =>
    client.query("SELECT run FROM app.take_lease($1, $2, 'w', interval '1 hour')", [ORG, syncId]);
  const blocked = () =>
    waitFor('one waits for the other', async () => {
      const [row] = await admin<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
            AND (query LIKE '%take_lease%' OR query LIKE '%store_delivery%')`,
      );
      return row?.n === 1;
    });
  const plant = (syncId: string) =>
    admin(
      `WITH p AS (INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status)
                  VALUES ($1, $2, 'customer', 'hooked', 'queued'))
       INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, entity_type, mode, trigger, state, leased_until)
       VALUES ($1, $2, 'webhook', $3, 'customer', 'incremental', 'webhook', 'ready', now() + interval '1 hour')`,
      [ORG, syncId, connection],
    );
  afterAll(() => Promise.all(clients.map((client) => client.end())));

  it('is in that run when it arrived first', async () => {
    await plant('hook-first');
    const [hook, worker] = [await begin(), await begin()];
    const kept = await run(hook, storeDelivery(ORG, connection, change('1'), null));
    expect(kept.rows).toEqual([{ sync_id: 'hook-first' }]);
    const taken = takeLease(worker, 'hook-first');
    await blocked();
    await hook.query('COMMIT');
    expect((await taken).rows).toHaveLength(1);
    const seen = await worker.query("SELECT external_id FROM sync_hook_deliveries WHERE sync_id = 'hook-first'");
    expect(seen.rows).toEqual([{ external_id: '1' }]);
    await worker.query('COMMIT');
  });

  it('needs a run of its own when that was first', async () => {
    await plant('run-first');
    const [hook, worker] = [await begin(), await begin()];
    await takeLease(worker, 'run-first');
    const kept = run(hook, storeDelivery(ORG, connection, change('2'), null));
    await blocked();
    await worker.query('COMMIT');
    expect((await kept).rows).toEqual([{ sync_id: null }]);
    await hook.query('COMMIT');
  });
});

describe('A scheduled sync', () => {
  async function runScheduled(id: string) {
    const cron = `0 ${(new Date().getUTCHours() + 12) % 24} * * *`;
    const schedule = { entity_type: 'customer', mode: 'incremental', cron };
    const { body } = await fixture.call(ORG, 'POST', `/connections/${id}/schedules`, schedule);
    await admin(`UPDATE sync_schedules SET next_run_at = now() - interval '1 minute' WHERE id = $1`, [body.id]);
    await runAsWorker(ORG, () => fixture.service.app.get(ScheduleRunner).runDue(body.id));
    const { last_sync_id } = (await fixture.call(ORG, 'GET', `/schedules/${body.id}`)).body;
    const run = await fixture.ended(ORG, last_sync_id);
    const trail = (await fixture.call(ORG, 'GET', `/activity?sync_id=${last_sync_id}`)).body.items;
    const missed = trail.filter(({ activity_type }: { activity_type: string }) => activity_type === 'webhooks_missed');
    return { run, missed };
  }

  it('reports what no webhook announced, once', async () => {
    const { id, system } = await connect('reconciled');
    system.fill(30);
    await fixture.run(ORG, { source_connection_id: id });
    system.put(person('announced'), '000001');
    await deliver(id, { id: 1, padded: '000001' });
    system.put(person('announced'), '7');
    await deliver(id, { id: 7 });
    await waitFor('the webhooks are worked off', async () => (await record(id, '7')).data);
    await waitFor('nothing is at work', async () =>
      (await hookRuns(id)).every(({ state }: { state: string }) => state === 'ended'),
    );
    system.put(person('silent'), '000002');
    system.put(person('silent2'), '000003');
    const { run, missed } = await runScheduled(id);
    // The first was announced under another id, so it counts as not announced.
    expect(run.counts).toMatchObject({ updated: 3 });
    expect(missed).toEqual([
      expect.objectContaining({
        ...{ status: 'completed', record_count: 3, entity_type: 'customer', source_system: 'hooked' },
        details: {
          ...{ connection_id: id, since: expect.any(String) },
          external_ids: expect.arrayContaining(['000001', '000002', '000003']),
        },
      }),
    ]);
    expect((await runScheduled(id)).missed).toEqual([]);
    system.put(person('announced at last'), '7');
    await admin(
      `INSERT INTO sync_hook_deliveries (org_id, connection_id, delivery_key, entity_type, external_id, deleted)
       VALUES ($1, $2, 'late', 'customer', '7', false)`,
      [ORG, id],
    );
    const announced = await runScheduled(id);
    expect([announced.run.counts.updated, announced.missed]).toEqual([1, []]);
  });

  it('reports nothing for a connection that sends no webhooks', async () => {
    const { id, system } = await connect('hookless');
    system.fill(3);
    await fixture.run(ORG, { source_connection_id: id });
    system.put(person('changed'), '000001');
    const { run, missed } = await runScheduled(id);
    expect([run.counts, missed]).toEqual([{ updated: 1 }, []]);
  });
});
