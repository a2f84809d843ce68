import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectorSession } from '../../../src/connectors/contract/connector.types.ts';
import type { WebhookRequest } from '../../../src/connectors/contract/webhook.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { woocommerce } from '../../../src/connectors/woocommerce/woocommerce.connector.ts';
import { shopClient } from '../../sandbox/woocommerce/shop-client.support.ts';
import { FULL, NEVER, openShop, readAll } from './session.support.ts';

describe('The WooCommerce connector with a shop over HTTP', () => {
  const clients = new HttpClients({ baseWaitMs: 5, maxBackoffMs: 20 });
  let shop: WooCommerceSandbox;
  let connections = 0;

  const open = (settings: Record<string, unknown> = {}): ConnectorSession => {
    connections += 1;
    const http = clients.for(`c${connections}`, { allowHttp: true, allowPrivateAddresses: true });
    const { url, consumerKey: key, consumerSecret: secret } = shop;
    return openShop(http, { url, key, secret, settings });
  };

  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ customers: 230, seed: 4 });
  });
  afterEach(() => shop.stop());
  afterAll(() => clients.close());

  it.each(['auto', 'oauth1', 'basic', 'query'])('reads every customer once, signed in by %s', async (auth) => {
    const { items, last } = await readAll(open({ auth, include_guests: false }), 'customer', FULL, { pageSize: 60 });
    expect(items.map(({ external_id }) => Number(external_id))).toEqual(Array.from({ length: 230 }, (_, i) => i + 2));
    expect(last.total).toBe(230);
  });

  it('says what a key may not do, and what is wrong with it', async () => {
    await shop.stop();
    shop = await startWooCommerceSandbox({ customers: 5, permissions: 'read' });
    expect((await open().check(NEVER)).warnings).toContainEqual(
      'The key may read but not write: “The API key provided does not have write permissions.”',
    );
    const wrong = { ...shop, consumerSecret: 'cs_wrong' };
    shop = { ...shop, consumerSecret: wrong.consumerSecret };
    const error: unknown = await open({ auth: 'basic' })
      .check(NEVER)
      .catch((refused) => refused);
    expect(error).toMatchObject({
      kind: 'auth',
      message: 'The shop does not accept the key: Consumer secret is invalid.',
    });
    expect(JSON.stringify(error)).not.toContain('cs_wrong');
  });

  it('reads all the same whatever the shop does meanwhile', async () => {
    shop.setFaults([
      { kind: 'server-error', every: 4 },
      { kind: 'truncated', every: 5 },
      { kind: 'dropped', every: 7 },
    ]);
    const { items } = await readAll(open({ include_guests: false }), 'customer', FULL, { pageSize: 20 });
    expect(new Set(items.map(({ external_id }) => external_id)).size).toBe(230);
  });

  it('writes customers so that they read the same, and writes nothing else', async () => {
    const session = open();
    const data = {
      email: 'new@made.example',
      first_name: 'Nüw & Co <x>',
      last_name: "O'Brien",
      company: 'A & B',
      phone: '1',
      billing: { line1: 'Straße 1', city: 'Köln', country: 'DE', email: 'bill@made.example' },
      shipping: { city: 'Bern' },
    };
    const [made] = await session.write('customer', [{ kind: 'create', key: 'k:1', data }], NEVER);
    if (!made?.ok) throw new Error(JSON.stringify(made));
    expect(made.data).toMatchObject(data);
    const [again] = await session.readByIds('customer', [made.external_id], NEVER);
    expect(again?.data).toEqual(made.data);
    const found = await session.findMatches(
      'customer',
      [{ key: 'k:1', data: { email: 'NEW@made.example' }, since: new Date().toISOString() }],
      NEVER,
    );
    expect(found).toEqual([[{ ...again, marked: true }]]);

    const changed = { ...data, email: 'moved@made.example', phone: '2' };
    const update = { kind: 'update', external_id: made.external_id, data: changed, current: data } as const;
    const [moved] = await session.write('customer', [{ ...update, changes: ['phone'] }], NEVER);
    expect(moved).toMatchObject({ ok: true, data: { ...data, phone: '2' } });
    const gone = await session.write('customer', [{ kind: 'delete', external_id: made.external_id }], NEVER);
    expect(gone).toMatchObject([{ ok: true, data: null }]);
    expect(await session.readByIds('customer', [made.external_id], NEVER)).toEqual([]);
  });

  it('does not know the outcome of a create whose response is lost', async () => {
    shop.setFaults([{ kind: 'response-lost', match: '/batch' }]);
    const create = { kind: 'create', key: 'k:1', data: { email: 'lost@made.example' } } as const;
    await expect(open().write('customer', [create], NEVER)).rejects.toMatchObject({ ambiguous: true });
    const found = await open().findMatches('customer', [{ ...create, since: '2026-01-01T00:00:00Z' }], NEVER);
    expect(found).toHaveLength(1);
  });

  it('loses no customer and returns none twice while pages repeat rows and rows leave earlier pages', async () => {
    const full = (await readAll(open({ include_guests: false }), 'customer', FULL)).items;
    shop.setFaults([
      { kind: 'duplicated', every: 3, rows: 4, match: '/customers' },
      { kind: 'shifting', every: 2, rows: 3, action: 'delete', match: '/customers' },
    ]);
    const { items } = await readAll(open({ include_guests: false }), 'customer', FULL, { pageSize: 20 });
    const ids = items.map(({ external_id }) => external_id);
    // What is deleted is on a page that was read already.
    expect(ids).toEqual(full.map(({ external_id }) => external_id));
    expect(shop.state().counts.customers).toBeLessThan(230);
  });

  it('says so when the key is revoked while it reads', async () => {
    shop.setFaults([{ kind: 'expired-key', from: 4 }]);
    await expect(readAll(open(), 'customer', FULL, { pageSize: 20 })).rejects.toMatchObject({
      kind: 'auth',
      transient: false,
    });
  });

  it('returns an outcome for every item of a batch', async () => {
    shop.setFaults([{ kind: 'item-errors', items: 3 }]);
    const creates = Array.from({ length: 9 }, (_, i) => {
      return { kind: 'create', key: `k:${i}`, data: { email: `e${i}@made.example` } } as const;
    });
    const results = await open().write('customer', creates, NEVER);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true, true, false, true, true, false]);
    expect(results.map((result) => result.ok && (result.data as { email: string }).email)).toEqual(
      creates.map(({ data }, i) => i % 3 < 2 && data.email),
    );
  });

  it('understands the webhooks that the shop sends', async () => {
    const received: WebhookRequest[] = [];
    const receiver = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      received.push({ headers: request.headers as WebhookRequest['headers'], body: Buffer.concat(chunks) });
      response.writeHead(200).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    try {
      const delivery_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
      const call = shopClient(shop);
      for (const topic of ['customer.updated', 'customer.deleted']) {
        await call('POST', '/webhooks', { name: topic, topic, delivery_url, secret: 's3cret' });
      }
      shop.admin.updateCustomer(5, { first_name: 'Zoë' });
      shop.admin.deleteCustomer(6);
      await shop.webhooksSettled();
    } finally {
      receiver.closeAllConnections();
      receiver.close();
    }
    const events = received.map((request) => woocommerce.description.webhooks?.receive(request, 's3cret'));
    expect(events.filter((event) => event?.kind === 'change')).toMatchObject([
      { entity_type: 'customer', external_id: '5', deleted: false },
      { entity_type: 'customer', external_id: '6', deleted: true },
    ]);
    expect(events.filter((event) => event?.kind === 'ignored')).toHaveLength(2);
  });
});
