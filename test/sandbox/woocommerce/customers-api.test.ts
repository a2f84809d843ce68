import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { badCustomerIndices } from '../../../sandbox/src/woocommerce/customers/customer.defects.ts';
import { isEmail } from '../../../sandbox/src/woocommerce/wordpress/text.formatting.ts';
import { shopClient } from './shop-client.support.ts';

const NOON = Date.UTC(2026, 5, 1, 12);

describe('The customers API of the sandbox', () => {
  let shop: WooCommerceSandbox;
  let call: ReturnType<typeof shopClient>;
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ customers: 230, badRate: 0.1, seed: 4, now: () => NOON });
    call = shopClient(shop);
  });
  afterEach(() => shop.stop());

  it('leads through the whole shop by its next links, each customer once, with the promised bad ones', async () => {
    const seen: { id: number; email: string }[] = [];
    let next: string | undefined = '/customers?per_page=60&orderby=id&order=asc';
    while (next) {
      const { body, headers } = await call('GET', next);
      seen.push(...body);
      next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(seen.map(({ id }) => id)).toEqual(Array.from({ length: 230 }, (_, index) => index + 2));
    const bad = seen.filter(({ email }) => !isEmail(email)).map(({ id }) => id - 2);
    expect(bad).toEqual(badCustomerIndices({ customers: 230, badRate: 0.1, seed: 4 }));
    expect(bad).toHaveLength(23);
  });

  it('creates a customer that is then found by id, by email and at the end of the list', async () => {
    const given = { email: 'New.One@example.test', first_name: 'Nüw & Co', billing: { city: 'Lyon', phone: '1' } };
    const { status, headers, body } = await call('POST', '/customers', given);

    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`${shop.url}/wp-json/wc/v3/customers/232`);
    expect(body).toMatchObject({ id: 232, username: 'new.one', first_name: 'Nüw &amp; Co', billing: { city: 'Lyon' } });
    expect(body).toMatchObject({ date_created: '2026-06-01T13:00:00', date_created_gmt: '2026-06-01T12:00:00' });
    expect((await call('GET', '/customers/232')).body).toEqual(body);
    expect((await call('GET', '/customers?email=new.one@example.test')).body).toEqual([body]);
    expect((await call('GET', '/customers?orderby=id&order=desc&per_page=1')).body).toEqual([body]);
    expect((await call('GET', '/customers?role=all&_fields=id')).headers.get('x-wp-total')).toBe('232');
  });

  it('changes only what an update names, and notes the time', async () => {
    const before = (await call('GET', '/customers/9')).body;
    const change = { billing: { city: 'Gdańsk' }, meta_data: [{ key: 'vip', value: { level: 2 } }] };
    const { status, body } = await call('PUT', '/customers/9', change);

    expect(status).toBe(200);
    expect(body).toEqual({
      ...before,
      date_modified: '2026-06-01T13:00:00',
      date_modified_gmt: '2026-06-01T12:00:00',
      billing: { ...before.billing, city: 'Gdańsk' },
      meta_data: [...before.meta_data, { id: expect.any(Number), key: 'vip', value: { level: 2 } }],
    });
    expect((await call('GET', '/customers/9')).body).toEqual(body);
  });

  it('refuses an update to the email of another customer or to another user name', async () => {
    const taken = await call('PUT', '/customers/9', { email: 'customer1@example.test' });
    expect([taken.status, taken.body.code]).toEqual([400, 'woocommerce_rest_customer_invalid_email']);
    const renamed = await call('PATCH', '/customers/9', { username: 'other' });
    expect([renamed.status, renamed.body.code]).toEqual([400, 'woocommerce_rest_customer_invalid_argument']);
  });

  it('frees the old email when a customer gets a new one', async () => {
    await call('PUT', '/customers/2', { email: 'moved@example.test' });
    expect((await call('GET', '/customers?email=customer1@example.test')).body).toEqual([]);
    expect((await call('POST', '/customers', { email: 'customer1@example.test' })).body).toMatchObject({
      username: 'customer1-0001',
    });
  });

  it('deletes for good when forced, and returns what was there', async () => {
    const before = (await call('GET', '/customers/5')).body;
    expect(await call('DELETE', '/customers/5?force=true')).toMatchObject({ status: 200, body: before });
    expect((await call('GET', '/customers/5')).body.code).toBe('wc_user_invalid_id');
    expect((await call('DELETE', '/customers/5?force=true')).status).toBe(404);
    expect((await call('GET', '/customers?per_page=1')).headers.get('x-wp-total')).toBe('229');
  });

  it('does not let the administrator be deleted', async () => {
    const { status, body } = await call('DELETE', '/customers/1?force=true');
    expect([status, body.code]).toEqual([403, 'woocommerce_rest_cannot_delete']);
  });

  it('carries out the good items of a batch beside the bad ones', async () => {
    const { status, body } = await call('POST', '/customers/batch', {
      create: [{ email: 'a@made.example' }, { email: 'a@made.example' }],
      update: [{ id: 3, first_name: 'Changed' }],
      delete: [4, 'x', 4],
    });
    expect(status).toBe(200);
    expect(body.create).toMatchObject([{ id: 232 }, { id: 0, error: { code: 'registration-error-email-exists' } }]);
    expect(body.update).toMatchObject([{ id: 3, first_name: 'Changed' }]);
    expect(body.delete).toMatchObject([
      { id: 4, role: 'customer' },
      { id: 4, error: { data: { status: 404 } } },
    ]);
  });

  it('accepts 100 batch items over all three lists and refuses the 101st', async () => {
    const create = Array.from({ length: 60 }, (_, i) => ({ email: `b${i}@made.example` }));
    const remove = Array.from({ length: 41 }, (_, i) => i + 100);
    const refused = await call('POST', '/customers/batch', { create, delete: remove });
    expect([refused.status, (await call('GET', '/customers/100')).status]).toEqual([413, 200]);
    expect((await call('POST', '/customers/batch', { create, delete: remove.slice(1) })).status).toBe(200);
  });
});
