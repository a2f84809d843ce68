import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../support/wait-for.ts';
import { shopClient } from './shop-client.support.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const IN_ORDER = 'orderby=id&order=asc&per_page=5&_fields=id';

describe('Faults that only a shop can have', () => {
  let shop: WooCommerceSandbox;
  let call: ReturnType<typeof shopClient>;
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ customers: 20, products: 20, orders: 20, now: () => NOON });
    call = shopClient(shop);
  });
  afterEach(() => shop.stop());
  const readAllPages = async (path: string) => {
    const seen: number[] = [];
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const { body, headers } = await call('GET', `${path}&page=${page}`);
      seen.push(...body.map(({ id }: { id: number }) => id));
      pages = Number(headers.get('x-wp-totalpages'));
    }
    return seen;
  };

  it('duplicated: a page begins with rows of the one before, and none is missing', async () => {
    shop.setFaults([
      { kind: 'duplicated', rows: 2, match: 'page=2&' },
      { kind: 'duplicated', rows: 2, match: '&page=2' },
    ]);
    const seen = await readAllPages(`/customers?${IN_ORDER}`);
    expect(seen.slice(0, 9)).toEqual([2, 3, 4, 5, 6, 5, 6, 7, 8]);
    expect([seen.length, new Set(seen).size]).toEqual([22, 20]);
  });

  it('duplicated: leaves first pages, single records and errors alone', async () => {
    const before = (await call('GET', '/customers?per_page=3')).body;
    shop.setFaults([{ kind: 'duplicated' }]);
    expect((await call('GET', '/customers?per_page=3')).body).toEqual(before);
    expect((await call('GET', '/customers/3')).body.id).toBe(3);
    expect((await call('GET', '/customers?per_page=0&page=2')).status).toBe(400);
  });

  it('shifting: a row leaves the listing between two pages, so that another row is on neither page', async () => {
    shop.setFaults([{ kind: 'shifting', match: '/products', every: 2, times: 1 }]);
    const all = shop
      .state()
      .products()
      .map(({ id }) => id);
    const frozen = 'modified_before=2026-06-01T12:00:00&dates_are_gmt=true';
    const seen = await readAllPages(`/products?${IN_ORDER}&${frozen}`);
    expect(all.filter((id) => !seen.includes(id))).toEqual([all[5]]);
    const [changed] = (await call('GET', '/products?modified_after=2026-06-01T11:00:00&dates_are_gmt=true')).body;
    expect([changed.id, changed.short_description]).toEqual([all[0], `<p>moved ${all[0]}</p>\n`]);
  });

  it.each(['customers', 'products', 'orders'])('shifting can also delete %s', async (resource) => {
    shop.setFaults([{ kind: 'shifting', action: 'delete', match: resource, from: 2 }]);
    const seen = await readAllPages(`/${resource}?${IN_ORDER}`);
    const left = Number((await call('GET', `/${resource}`)).headers.get('x-wp-total'));
    expect([left, seen.length < 20]).toEqual([17, true]);
  });

  it('expired-key: from the n-th request on the key is nobody’s', async () => {
    shop.setFaults([{ kind: 'expired-key', from: 3 }]);
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await call('GET', '/customers')).status);
    expect(statuses).toEqual([200, 200, 401, 401]);
    expect((await call('GET', '/customers')).body).toEqual({
      code: 'woocommerce_rest_cannot_view',
      message: 'Sorry, you cannot list resources.',
      data: { status: 401 },
    });
  });

  it('item-errors: every n-th item of a batch is not carried out', async () => {
    shop.setFaults([{ kind: 'item-errors', items: 2, match: '/batch' }]);
    const names = [3, 4, 5].map((id) => ({ id, first_name: 'Changed' }));
    const { status, body } = await call('POST', '/customers/batch', { update: names, delete: [6] });
    expect(status).toBe(200);
    expect(body.update).toMatchObject([
      { id: 3 },
      { id: 4, error: { code: 'db_update_error', data: { status: 500 } } },
      { id: 5 },
    ]);
    expect(body.delete).toMatchObject([{ id: 6, error: {} }]);
    expect(shop.state().writes).toEqual({ 'customer.updated': 2 });
  });

  it('capped: a list has fewer rows than were asked for, and its total stays', async () => {
    shop.setFaults([{ kind: 'capped', rows: 3 }]);
    const { body, headers } = await call('GET', '/customers?per_page=10');
    expect([body.length, headers.get('x-wp-total')]).toEqual([3, '20']);
    expect((await call('GET', '/customers/3')).body.id).toBe(3);
  });

  it('abandoned: a batch whose client has left is carried out item by item', async () => {
    shop.setFaults([{ kind: 'abandoned', match: '/batch', ms: 0, workMs: 20 }]);
    const create = ['A', 'B', 'C'].map((name) => ({ name }));
    await expect(call('POST', '/products/batch', { create, update: [{ id: 17, name: 'D' }] })).rejects.toThrow();
    const counts: unknown[] = [];
    const isDone = () => {
      counts.push(shop.state().counts.products);
      return shop.state().writes['product.updated'];
    };
    await waitFor('the shop is done', isDone, { everyMs: 5 });
    expect(new Set(counts).size).toBeGreaterThan(1);
    expect(shop.state().counts.products).toBe(23);
  });

  it('too-large: batches above a size are refused as a whole', async () => {
    shop.setFaults([{ kind: 'too-large', items: 2 }]);
    const create = ['a', 'b', 'c'].map((name) => ({ name }));
    const { status, body } = await call('POST', '/products/batch', { create });
    expect([status, body.code]).toEqual([413, 'woocommerce_rest_request_entity_too_large']);
    expect(body.message).toBe('Unable to accept more than 2 items for this request.');
    expect((await call('POST', '/products/batch', { create: create.slice(1) })).status).toBe(200);
  });
});

it('A shop may accept smaller batches than others', async () => {
  const shop = await startWooCommerceSandbox({ batchLimit: 1 });
  const { status } = await shopClient(shop)('POST', '/products/batch', { create: [{ name: 'a' }, { name: 'b' }] });
  expect(status).toBe(413);
  await shop.stop();
});
