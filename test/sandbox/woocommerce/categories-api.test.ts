import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shopClient } from './shop-client.support.ts';

describe('The categories of the sandbox', () => {
  let shop: WooCommerceSandbox;
  let call: ReturnType<typeof shopClient>;
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ customers: 0, products: 5, orders: 0 });
    call = shopClient(shop);
  });
  afterEach(() => shop.stop());

  it('are listed in pages, by name unless asked otherwise', async () => {
    const { body, headers } = await call('GET', '/products/categories?per_page=2');
    expect(body.map(({ name }: { name: string }) => name)).toEqual(['Kleidung', 'Music']);
    expect(headers.get('x-wp-total')).toBe('3');
    const rest = await call('GET', '/products/categories?per_page=2&offset=2&orderby=id');
    expect(rest.body).toMatchObject([{ id: 17, name: 'Music', slug: 'music' }]);
  });

  it('are made once: a second of the same name is refused and names the first', async () => {
    const { status, body } = await call('POST', '/products/categories', { name: 'Tea & Coffee' });
    expect([status, body]).toEqual([201, expect.objectContaining({ name: 'Tea &amp; Coffee', slug: 'tea-coffee' })]);
    const again = await call('POST', '/products/categories', { name: 'tea & coffee' });
    expect([again.status, again.body]).toMatchObject([400, { code: 'term_exists', data: { resource_id: body.id } }]);
    expect((await call('POST', '/products/categories', {})).status).toBe(400);
  });

  it('have a parent, and may share a name below different ones', async () => {
    const make = async (body: object) => (await call('POST', '/products/categories', body)).body;
    const [tea, coffee] = [await make({ name: 'Tea' }), await make({ name: 'Coffee' })];
    const below = [await make({ name: 'Green', parent: tea.id }), await make({ name: 'Green', parent: coffee.id })];
    expect(below).toMatchObject([
      { parent: tea.id, slug: 'green' },
      { parent: coffee.id, slug: 'green-2' },
    ]);
    expect(await make({ name: 'Green', parent: tea.id })).toMatchObject({ data: { resource_id: below[0].id } });
  });

  it('hold products that name them by id', async () => {
    const { body } = await call('POST', '/products/categories', { name: 'Tea' });
    const made = await call('POST', '/products', { name: 'Pot', categories: [{ id: body.id }, { id: 999 }] });
    expect(made.body.categories).toEqual([{ id: body.id, name: 'Tea', slug: 'tea' }]);
  });
});
