import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, describe, expect, it } from 'vitest';
import type { CanonicalProduct } from '../../../src/connectors/canonical/canonical.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';

const { signal } = new AbortController();
const clients = new HttpClients({ baseWaitMs: 1, maxBackoffMs: 5 });
afterAll(() => clients.close());

describe.each([18, 19] as const)('New variations of a product of Odoo %i', (version) => {
  async function within(work: (server: OdooSandbox) => Promise<void>): Promise<void> {
    const server = await startOdooSandbox({ version, partners: 0, products: 0, orders: 0 });
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  }
  const variation = (sku: string, Colour: string, price: string) => ({ sku, price, options: { Colour } });
  function attribute({ admin }: OdooSandbox, create_variant: string, names: readonly string[]) {
    const attribute_id = admin.create('product.attribute', { name: 'Colour', create_variant });
    const values = names.map((name) => admin.create('product.attribute.value', { name, attribute_id }));
    return [0, 0, { attribute_id, value_ids: [[6, 0, values]] }];
  }

  function open({ url, database, username, apiKey }: OdooSandbox) {
    const credentials = { database, username, api_key: apiKey };
    const http = clients.for(url, { allowHttp: true, allowPrivateAddresses: true });
    return odoo.open({ connection: { id: 'c', base_url: url, credentials, settings: {} }, http });
  }

  // Recording 727: Odoo takes such a value unasked.
  it('never have an option of an attribute that makes no variants, though it is called as one that does', () =>
    within(async (server) => {
      const { admin } = server;
      const attribute_line_ids = [
        attribute(server, 'no_variant', ['Red', 'Green']),
        attribute(server, 'dynamic', ['Red', 'Green']),
      ];
      const id = admin.create('product.template', { name: 'Lamp', attribute_line_ids, list_price: 10 });
      const session = open(server);
      const data: CanonicalProduct = {
        name: 'Lamp',
        variations: [variation('L-1', 'Red', '10'), variation('L-2', 'Green', '13')],
      };
      const update = { kind: 'update', external_id: String(id), data, current: {}, changes: ['variations'] } as const;
      const [result] = await session.write('product', [update], signal);
      expect(result).toMatchObject({ ok: true, data: { variations: data.variations } });
      const modes = admin
        .read('product.product', admin.search('product.product', [['product_tmpl_id', '=', id]]))
        .flatMap((row) => admin.read('product.template.attribute.value', row.product_template_attribute_value_ids))
        .map((value) => admin.get('product.attribute', value.attribute_id[0]).create_variant);
      expect(modes).toEqual(['dynamic', 'dynamic']);
      const extras = admin
        .read('product.template.attribute.value', admin.search('product.template.attribute.value', []))
        .filter((value) => admin.get('product.attribute', value.attribute_id[0]).create_variant === 'no_variant');
      expect(extras.map(({ price_extra }) => price_extra)).toEqual([0, 0]);
    }));

  it('that were sold before the product had none come back with their ids, and it is plain in between', () =>
    within(async (server) => {
      const { admin } = server;
      const session = open(server);
      const variations = [variation('L-1', 'Red', '10'), variation('L-2', 'Green', '13')];
      const variable: CanonicalProduct = { name: 'Lamp', variations };
      const [made] = await session.write('product', [{ kind: 'create', key: 'p:1', data: variable }], signal);
      if (!made?.ok) throw new Error(made?.problem.message);
      const sold = admin.search('product.product', [['default_code', '=', 'L-1']]);
      const partner_id = admin.create('res.partner', { name: 'Ada' });
      admin.create('sale.order', { partner_id, order_line: [[0, 0, { product_id: sold[0] }]] });
      const write = (data: CanonicalProduct, current: CanonicalProduct) =>
        session.write(
          'product',
          [{ kind: 'update', external_id: made.external_id, data, current, changes: ['variations', 'sku', 'price'] }],
          signal,
        );
      const plain = { name: 'Lamp', sku: 'LAMP', price: '12', variations: [] };
      const [simple] = await write(plain, made.data as CanonicalProduct);
      expect(simple).toMatchObject({ ok: true, data: { sku: 'LAMP', price: '12', variations: [] } });
      const [again] = await write(variable, plain);
      expect(again).toMatchObject({ ok: true, data: { variations } });
      expect(admin.search('product.product', [['default_code', '=', 'L-1']])).toEqual(sold);
      const [line = 0] = admin.search('product.template.attribute.line', []);
      expect(admin.get('product.template.attribute.line', line).active).toBe(true);
    }));

  it('leave a product there of which all are archived, while others of its combinations are removed', () =>
    within(async (server) => {
      const session = open(server);
      const of = (Size: string, Colour: string, active: boolean) => ({
        ...{ sku: `${Size}-${Colour}`, price: '10', options: { Size, Colour }, active },
      });
      const made = { name: 'Shirt', variations: [of('S', 'Red', true), of('L', 'Blue', true), of('L', 'Red', true)] };
      const [created] = await session.write('product', [{ kind: 'create', key: 'p:1', data: made }], signal);
      if (!created?.ok) throw new Error(created?.problem.message);
      const data = { name: 'Shirt', variations: [of('S', 'Red', false), of('L', 'Blue', false)] };
      const { external_id } = created;
      const update = { kind: 'update', external_id, data, current: made, changes: ['variations'] } as const;
      const [result] = await session.write('product', [update], signal);
      expect(result).toMatchObject({ ok: true, external_id });
      expect(server.admin.search('product.template', [['id', '=', Number(external_id)]])).toHaveLength(1);
      expect(server.admin.search('product.product', [['product_tmpl_id', '=', Number(external_id)]])).toHaveLength(2);
    }));
});
