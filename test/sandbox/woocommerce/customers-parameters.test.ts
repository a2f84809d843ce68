import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopClient } from './shop-client.support.ts';

describe('Parameters of the customers API', () => {
  let shop: WooCommerceSandbox;
  let call: ReturnType<typeof shopClient>;
  beforeAll(async () => {
    shop = await startWooCommerceSandbox({ customers: 20 });
    call = shopClient(shop);
  });
  afterAll(() => shop.stop());

  it('names every bad parameter at once', async () => {
    const { status, body } = await call('GET', '/customers?per_page=x&orderby=nope&order=up&email=no&role=king');
    expect(status).toBe(400);
    expect(body.message).toBe('Invalid parameter(s): per_page, order, orderby, email, role');
    expect(body.data.params).toMatchObject({
      per_page: 'per_page is not of type integer.',
      order: 'order is not one of asc and desc.',
      orderby: 'orderby is not one of id, include, name, and registered_date.',
      email: 'Invalid email address.',
    });
    expect(body.data.details.per_page).toMatchObject({ code: 'rest_invalid_type', data: { param: 'per_page' } });
  });

  it('refuses an empty billing email and numbers for names, as real shops do', async () => {
    const { body } = await call('PUT', '/customers/9', { first_name: 5, billing: { email: '' } });
    expect(body.data.params).toEqual({
      first_name: 'first_name is not of type string.',
      billing: 'Invalid email address.',
    });
  });

  it('returns only the requested fields, also inside addresses', async () => {
    const { body } = await call('GET', '/customers/2?_fields=billing.email,id');
    // One thing alone keeps its links (recording 618).
    expect(body).toEqual({ id: 2, billing: { email: 'customer1@example.test' }, _links: expect.anything() });
  });

  it('reads lists in every spelling PHP knows, and writes them out in Link', async () => {
    for (const include of ['include=7,5', 'include[]=7&include[]=5', 'include[0]=7&include[1]=5']) {
      const { body, headers } = await call('GET', `/customers?${include}&orderby=include&per_page=1&_fields=id`);
      expect(body).toEqual([{ id: 7 }]);
      expect(headers.get('link')).toContain(
        'include%5B0%5D=7&include%5B1%5D=5&orderby=include&per_page=1&_fields=id&page=2',
      );
    }
  });

  it('puts offset above page', async () => {
    const { body, headers } = await call('GET', '/customers?offset=4&page=9&per_page=2&orderby=id&_fields=id');
    expect(body).toEqual([{ id: 6 }, { id: 7 }]);
    expect(headers.get('link')).toContain('page=2&per_page=2&orderby=id&_fields=id>; rel="prev"');
  });
});
