import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegistrationClock } from '../../src/webhooks/registration/registration.clock.ts';
import { type Json, newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { shopClient } from '../sandbox/woocommerce/shop-client.support.ts';
import { type BendingProxy, startBendingProxy } from '../support/bending-proxy.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

/** Where shops reach the service, as the Internet does through a proxy. */
let front: BendingProxy;
let fixture: RunsFixture;
const toService = () =>
  front.bend(({ url }, forward) => forward(new URL(`${url.pathname}${url.search}`, fixture.service.url)));
beforeAll(async () => {
  front = await startBendingProxy('http://unused.example');
  fixture = await RunsFixture.start({ SYNC_PUBLIC_URL: `${front.url}/` });
  toService();
});
afterAll(async () => {
  await fixture.close();
  await front.stop();
});

const TOPICS = [
  ...['customer.created', 'customer.deleted', 'customer.updated'],
  ...['order.created', 'order.deleted', 'order.restored', 'order.updated'],
  ...['product.created', 'product.deleted', 'product.restored', 'product.updated'],
];

interface Managed {
  readonly org: string;
  readonly id: string;
  readonly shop: WooCommerceSandbox;
  readonly call: ReturnType<typeof shopClient>;
  /** The webhooks in the shop, by topic. */
  readonly inShop: () => Promise<Json[]>;
  /** Lets the service look at the webhooks now. */
  readonly look: () => Promise<Json>;
  readonly shown: () => Promise<Json>;
  readonly trail: (activity: string) => Promise<Json[]>;
}

async function withManaged(
  work: (managed: Managed) => Promise<void>,
  { settings = {}, options = {} }: { settings?: object; options?: object } = {},
): Promise<void> {
  const shop = await startWooCommerceSandbox({ badRate: 0, customers: 0, products: 3, orders: 0, ...options });
  const org = newOrgName();
  try {
    const id = await fixture.connectShop(org, shop, { webhooks: 'managed', ...settings });
    const call = shopClient(shop);
    const shown = async () => (await fixture.call(org, 'GET', `/connections/${id}`)).body;
    const look = async () => {
      await admin("UPDATE sync_connections SET webhooks_due_at = now() - interval '1 s' WHERE id = $1", [id]);
      await waitFor('it was looked at', async () => {
        await fixture.service.app.get(RegistrationClock).startRound();
        return (await overdue(id)).length === 0;
      });
      return shown();
    };
    const inShop = async (): Promise<Json[]> =>
      (await call('GET', '/webhooks?per_page=100')).body.sort((a: Json, b: Json) => (a.topic < b.topic ? -1 : 1));
    const trail = async (activity: string) =>
      (await fixture.call(org, 'GET', '/activity?limit=200')).body.items.filter(
        ({ activity_type }: Json) => activity_type === activity,
      );
    await look();
    await work({ org, id, shop, call, inShop, look, shown, trail });
  } finally {
    await shop.stop();
  }
}
const admin = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(fixture.service.database.superuserUrl, text, values);
/** Due, or being looked at. */
const overdue = (id: string) =>
  admin("SELECT 1 FROM sync_connections WHERE id = $1 AND webhooks_due_at < now() + interval '6 minutes'", [id]);
const webhookRuns = async (org: string, id: string): Promise<Json[]> =>
  (await fixture.call(org, 'GET', `/runs?connection_id=${id}`)).body.items.filter(
    ({ trigger }: Json) => trigger === 'webhook',
  );
const ended = (org: string, id: string, count: number) =>
  waitFor(`${count} runs of webhooks have ended`, async () => {
    const runs = await webhookRuns(org, id);
    return runs.length === count && runs.every(({ state }) => state === 'ended') && runs;
  });

describe('A connection whose webhooks are managed', () => {
  it('has one webhook of each topic in its shop, whose deliveries are accepted, and nothing twice', () =>
    withManaged(async ({ org, id, shop, inShop, look, shown, trail }) => {
      const made = await inShop();
      expect(made.map(({ topic }) => topic)).toEqual(TOPICS);
      expect(new Set(made.map(({ delivery_url }) => delivery_url))).toEqual(
        new Set([`${front.url}/api/sync/hooks/${id}`]),
      );
      const { managed } = (await shown()).webhooks;
      expect(managed).toMatchObject({ checked_at: expect.any(String), error: null });
      expect(managed.topics.map(({ topic, state }: Json) => `${topic} ${state}`).sort()).toEqual(
        TOPICS.map((topic) => `${topic} active`),
      );
      expect(await trail('webhooks_registered')).toMatchObject([
        { details: { connection_id: id, topics: expect.any(Array) } },
      ]);

      shop.admin.updateProduct(shop.state().products()[0]?.id ?? 0, { name: 'Told' });
      await shop.webhooksSettled();
      const [run] = await ended(org, id, 1);
      expect(run).toMatchObject({ kind: 'webhook', counts: { created: 1 } });
      expect((await shown()).webhooks).toMatchObject({ refused: 0 });

      await look();
      await look();
      expect((await inShop()).map((webhook) => webhook.id)).toEqual(made.map((webhook) => webhook.id));
      expect(await trail('webhooks_registered')).toHaveLength(1);
      expect(await trail('webhooks_switched_on')).toEqual([]);
    }));

  it('gets back what the shop has disabled, and what nobody told meanwhile', () =>
    withManaged(async ({ org, id, shop, inShop, look, trail }) => {
      const products = shop.state().products();
      await fixture.run(org, { source_connection_id: id, entity_type: 'product' });
      front.bend(() => ({ status: 503, headers: {}, body: '' }));
      for (let n = 0; n < 8; n += 1) {
        shop.admin.updateProduct(products[n % 3]?.id ?? 0, { name: `Untold ${n}` });
        await shop.webhooksSettled();
      }
      const states = async () => (await inShop()).filter(({ status }) => status !== 'active').map(({ topic }) => topic);
      expect(await states()).toEqual(['product.updated']);
      toService();

      const { webhooks } = await look();
      expect(await states()).toEqual([]);
      const [gap] = await ended(org, id, 1);
      expect(gap).toMatchObject({ kind: 'sync', mode: 'incremental', entity_type: 'product', counts: { updated: 3 } });
      expect(await trail('webhooks_switched_on')).toMatchObject([
        { details: { connection_id: id, topics: ['product.updated'], fetched: { product: gap?.sync_id } } },
      ]);
      // It is looked at later than one that works.
      const minutes = (Date.parse(webhooks.managed.next_check_at) - Date.now()) / 60_000;
      expect(minutes).toBeGreaterThan(25);

      shop.admin.updateProduct(products[0]?.id ?? 0, { name: 'Told again' });
      await shop.webhooksSettled();
      expect(await ended(org, id, 2)).toHaveLength(2);
      await look();
      expect(await trail('webhooks_switched_on')).toHaveLength(1);
    }));

  it('gets back one that somebody deleted, keeps one of several, and leaves one alone that somebody paused', () =>
    withManaged(async ({ org, id, shop, call, inShop, look, trail }) => {
      const [customer, , , order] = await inShop();
      await call('DELETE', `/webhooks/${order.id}?force=true`);
      const { topic, delivery_url } = customer;
      await call('POST', '/webhooks', { topic, delivery_url, secret: 'another' });
      await call('PUT', `/webhooks/${customer.id}`, { status: 'paused' });
      await look();
      // The second one works and is kept.
      const now = await inShop();
      expect(now.map((webhook) => webhook.topic)).toEqual(TOPICS);
      expect(now.every(({ status }) => status === 'active')).toBe(true);
      expect((await trail('webhooks_switched_on'))[0].details).toMatchObject({ topics: ['order.created'] });
      await ended(org, id, 1);

      const product = now.find((webhook) => webhook.topic === 'product.updated');
      await call('PUT', `/webhooks/${product.id}`, { status: 'paused' });
      const shown = await look();
      expect((await inShop()).find((webhook) => webhook.id === product.id).status).toBe('paused');
      expect(shown.webhooks.managed.topics).toContainEqual(
        expect.objectContaining({ topic: 'product.updated', state: 'paused' }),
      );
      expect(shown.warnings).toEqual([expect.stringContaining('product.updated')]);
      await call('PUT', `/webhooks/${product.id}`, { status: 'active' });
      await look();
      const runs = await ended(org, id, 2);
      expect(runs[0]).toMatchObject({ kind: 'sync', mode: 'incremental', entity_type: 'product' });
      expect(shop.state().requests['POST /webhooks']).toBe(13);
    }));

  it('fetches what was not told as soon as it can be written, and says why it cannot', () =>
    withManaged(async ({ org, id, call, inShop, look, trail }) => {
      const erp = await fixture.connect(org, 'registration-erp');
      await fixture.call(org, 'PATCH', `/connections/${id}`, { settings: { webhook_destination: erp.id } });
      await fixture.call(org, 'DELETE', `/connections/${erp.id}`);
      const [customer] = await inShop();
      await call('PUT', `/webhooks/${customer.id}`, { status: 'disabled' });
      const error = expect.stringContaining('could not be fetched');
      expect((await look()).webhooks.managed).toMatchObject({ error });
      expect((await look()).webhooks.managed).toMatchObject({ error });
      expect(await trail('webhooks_switched_on')).toHaveLength(1);
      await fixture.call(org, 'PATCH', `/connections/${id}`, { settings: { webhook_destination: 'records' } });
      expect((await look()).webhooks.managed).toMatchObject({ error: null });
      expect(await ended(org, id, 1)).toMatchObject([{ mode: 'incremental', entity_type: 'customer' }]);
    }));

  it('takes over the webhooks that a person registered, with a secret that the service knows', () =>
    withManaged(
      async ({ org, id, shop, call, inShop, look, shown }) => {
        expect(await inShop()).toEqual([]);
        expect((await shown()).webhooks.managed).toBeNull();
        const delivery_url = `https://old.example/api/sync/hooks/${id}`;
        await call('POST', '/webhooks', { topic: 'product.updated', delivery_url, secret: 'of a person' });
        await call('POST', '/webhooks', {
          topic: 'product.updated',
          delivery_url: 'https://other.example/api/sync/hooks/x',
        });
        await fixture.call(org, 'PATCH', `/connections/${id}`, { settings: { webhooks: 'managed' } });
        await look();
        expect(await inShop()).toHaveLength(12);
        const change = async (name: string) => {
          shop.admin.updateProduct(shop.state().products()[0]?.id ?? 0, { name });
          await shop.webhooksSettled();
        };
        await change('Told');
        await ended(org, id, 1);
        await fixture.call(org, 'PATCH', `/connections/${id}`, { webhook_secret: 'another secret of ours' });
        await look();
        await change('Told with another secret');
        await ended(org, id, 2);
        expect((await shown()).webhooks).toMatchObject({ refused: 0 });

        await fixture.call(org, 'PATCH', `/connections/${id}`, { settings: { webhooks: 'manual' } });
        await waitFor('they are removed', async () => {
          await fixture.service.app.get(RegistrationClock).startRound();
          return (await inShop()).length === 1;
        });
        expect((await shown()).webhooks.managed).toBeNull();
      },
      { settings: { webhooks: 'manual' } },
    ));

  it('leaves none behind in the shop when it is removed, and is removed although the shop does not answer', () =>
    withManaged(async ({ org, id, shop, inShop }) => {
      expect((await fixture.call(org, 'DELETE', `/connections/${id}`)).status).toBe(204);
      expect(await inShop()).toEqual([]);
      const second = await fixture.connectShop(org, shop, { webhooks: 'managed' });
      await waitFor('they are registered', async () => (await inShop()).length === 11);
      await waitFor('the look is over', async () => (await overdue(second)).length === 0);
      shop.setFaults([{ kind: 'dropped', match: '/webhooks' }]);
      expect((await fixture.call(org, 'DELETE', `/connections/${second}`)).status).toBe(204);
    }));

  it('says why they cannot be looked after, once in the trail, and is looked at less and less often', () =>
    withManaged(
      async ({ id, look, trail }) => {
        const shown = await look();
        expect(shown.webhooks.managed).toMatchObject({ error: expect.any(String), topics: [] });
        expect(shown.warnings).toEqual([expect.stringMatching(/^The webhooks could not be looked after/)]);
        const wait = async () => Date.parse((await look()).webhooks.managed.next_check_at) - Date.now();
        const first = await wait();
        expect(await wait()).toBeGreaterThan(first * 1.5);
        expect(await trail('webhooks_failed')).toMatchObject([{ status: 'failed', details: { connection_id: id } }]);
      },
      { options: { permissions: 'read' } },
    ));

  it('needs the public address of the service', async () => {
    const without = await RunsFixture.start({ SYNC_WORKER: 'off' });
    try {
      const body = {
        ...{ name: 'shop', system: 'woocommerce', base_url: 'https://shop.example' },
        credentials: { consumer_key: 'ck', consumer_secret: 'cs' },
        settings: { webhooks: 'managed' },
      };
      expect((await without.call(newOrgName(), 'POST', '/connections', body)).body).toMatchObject({
        status: 422,
        errors: [{ pointer: '#/settings/webhooks', detail: expect.stringContaining('SYNC_PUBLIC_URL') }],
      });
    } finally {
      await without.close();
    }
  });
});

it('One organization with many connections leaves a round to the others', async () => {
  const [many, one] = [newOrgName(), newOrgName()];
  const insert = `INSERT INTO sync_connections (org_id, id, name, system, base_url, webhooks_due_at)
    SELECT $1, gen_random_uuid(), 'c' || n, 'woocommerce', 'https://shop.example', now() - interval '1 hour' * $3::int
      FROM generate_series(1, $2::int) AS n`;
  await admin(insert, [many, 50, 2]);
  await admin(insert, [one, 1, 0]);
  const due = await admin<{ org_id: string }>('SELECT org_id FROM app.due_webhook_checks(20, 2)');
  expect(due.filter(({ org_id }) => org_id === many).length).toBeLessThanOrEqual(2);
  await admin('DELETE FROM sync_connections WHERE org_id = ANY ($1)', [[many, one]]);
});
