import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json2Client } from './odoo-client.support.ts';

describe('Products', () => {
  let odoo: OdooSandbox;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ version: 19, partners: 100, products: 50, orders: 1 });
  });
  afterAll(() => odoo.stop());

  it('without attributes have one variant, whose code and weight are read and written through the template', async () => {
    const call = json2Client(odoo);
    const [id] = (
      await call('product.template', 'create', { vals_list: [{ name: 'Mug', default_code: 'MUG', weight: 0.35 }] })
    ).result;
    const [variant] = (
      await call('product.product', 'search_read', {
        domain: [['product_tmpl_id', '=', id]],
        fields: ['default_code', 'weight', 'display_name'],
      })
    ).result;
    expect(variant).toEqual({ id: variant.id, default_code: 'MUG', weight: 0.35, display_name: '[MUG] Mug' });

    await call('product.template', 'write', { ids: [id], vals: { default_code: 'MUG-2' } });
    expect(odoo.admin.read('product.product', [variant.id], ['default_code'])[0]?.default_code).toBe('MUG-2');
  });

  it('with attribute lines have a variant for each combination, and lose those no longer asked for', async () => {
    const call = json2Client(odoo);
    const lines = [
      [0, 0, { attribute_id: 1, value_ids: [[6, 0, [1, 2]]] }],
      [0, 0, { attribute_id: 2, value_ids: [[6, 0, [3]]] }],
    ];
    const [id] = (
      await call('product.template', 'create', { vals_list: [{ name: 'Shirt', attribute_line_ids: lines }] })
    ).result;
    const shirt = odoo.admin.get('product.template', id, ['product_variant_ids', 'attribute_line_ids', 'default_code']);
    const variants = shirt.product_variant_ids;
    const [size] = shirt.attribute_line_ids;
    expect(shirt).toMatchObject({ default_code: false, attribute_line_ids: [size, Number(size) + 1] });
    expect(odoo.admin.read('product.product', variants, ['display_name']).map((v) => v.display_name)).toEqual([
      'Shirt (S, Red)',
      'Shirt (L, Red)',
    ]);

    await call('product.template', 'write', {
      ids: [id],
      vals: { attribute_line_ids: [[1, size, { value_ids: [[6, 0, [2]]] }]] },
    });
    expect(odoo.admin.read('product.template', [id], ['product_variant_ids'])[0]?.product_variant_ids).toEqual([
      variants[1],
    ]);
  });

  it('show prices as numbers with a point, rounded to the cent', async () => {
    const id = odoo.admin.create('product.template', { name: 'Round', list_price: 2.675 });
    const response = await fetch(`${odoo.url}/json/2/product.template/read`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `bearer ${odoo.apiKey}` },
      body: JSON.stringify({ ids: [id, 5], fields: ['list_price'] }),
    });
    expect(await response.text()).toBe(`[{"id": ${id}, "list_price": 2.68}, {"id": 5, "list_price": 6.0}]`);
  });

  it('refuse a barcode that another one has', async () => {
    const [other] = odoo.admin.read('product.product', [3], ['barcode']);
    const outcome = await json2Client(odoo)('product.product', 'write', {
      ids: [1],
      vals: { barcode: other?.barcode },
    });
    expect(outcome).toMatchObject({ status: 422, exception: 'odoo.exceptions.ValidationError' });
  });

  it('archive their variants together with the template', () => {
    odoo.admin.archive('product.template', [20]);
    const variants = odoo.admin.search('product.product', [['product_tmpl_id', '=', 20]]);
    expect(odoo.admin.read('product.product', variants, ['active']).map((v) => v.active)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('that were ordered cannot be deleted; others go with their variants and lines', async () => {
    const call = json2Client(odoo);
    const [sold] = odoo.admin.get('sale.order.line', 1).product_template_id;
    expect(await call('product.template', 'unlink', { ids: [sold] })).toMatchObject({
      status: 422,
      message: expect.stringContaining('sale.order.line'),
    });

    expect((await call('product.template', 'unlink', { ids: [50] })).result).toBe(true);
    expect(odoo.admin.search('product.product', [['product_tmpl_id', '=', 50]])).toEqual([]);
    expect(odoo.admin.search('product.template.attribute.line', [['product_tmpl_id', '=', 50]])).toEqual([]);
  });
});
