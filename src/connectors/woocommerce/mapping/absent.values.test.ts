import { describe, expect, it } from 'vitest';
import { recordedRows } from '../../../../test/connectors/woocommerce/recordings.support.ts';
import type { Raw } from '../shop/shop.client.ts';
import { customerFromShop, guestFromOrder } from './customer.mapping.ts';
import { orderFromShop } from './order.mapping.ts';
import { productFromShop } from './product.mapping.ts';

const [product = {}] = recordedRows('61-product-simple');
const [variable = {}] = recordedRows('62-product-variable');
const [variation = {}] = recordedRows('63-variations');
const [order = {}] = recordedRows('60-order-full');
const [customer = {}] = recordedRows('01-customers-page1');
const without = (row: Raw, name: string): Raw =>
  Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));

type Item = { data: unknown; problem?: { error_class: string } };
const MAPPING = { includeGuests: true, orderStatuses: {} };
const [line = {}] = order.line_items as Raw[];
const withLine = (changed: Raw): Raw => ({ ...order, line_items: [changed] });
const READ = {
  product: (row: Raw): Item => productFromShop(row, []) as Item,
  variation: (row: Raw): Item => {
    const item = productFromShop(variable, [row]) as Item;
    const data = item.data as { variations: unknown[] } | null;
    return { ...item, data: data?.variations[0] };
  },
  order: (row: Raw): Item => orderFromShop(row, MAPPING) as Item,
  line: (row: Raw): Item => {
    const item = orderFromShop(withLine(row), MAPPING) as Item;
    const data = item.data as { lines: unknown[] } | null;
    return { ...item, data: data?.lines[0] };
  },
  customer: (row: Raw): Item => customerFromShop(row) as Item,
};
const ROWS: Record<keyof typeof READ, Raw> = { product, variation, order, line, customer };

describe('What a shop leaves out is left out of the item', () => {
  it.each([
    ['product', 'status', 'published'],
    ['product', 'sku', 'sku'],
    ['product', 'regular_price', 'price'],
    ['product', 'categories', 'categories'],
    ['product', 'images', 'images'],
    ['product', 'attributes', 'attributes'],
    ['product', 'manage_stock', 'stock'],
    ['variation', 'status', 'active'],
    ['variation', 'sku', 'sku'],
    ['order', 'prices_include_tax', 'prices_include_tax'],
    ['order', 'customer_id', 'customer'],
    ['order', 'billing', 'billing'],
    ['order', 'shipping', 'shipping'],
    ['order', 'refunds', 'refunds'],
    ['order', 'status', 'status'],
    ['line', 'taxes', 'taxes'],
    ['line', 'total_tax', 'tax_total'],
    ['line', 'sku', 'sku'],
    ['line', 'product_id', 'product_external_id'],
    ['customer', 'billing', 'billing'],
    ['customer', 'shipping', 'shipping'],
  ] as const)('of a %s: %s', (what, field, member) => {
    expect(READ[what](ROWS[what]).data).toHaveProperty(member);
    const { data, problem } = READ[what](without(ROWS[what], field));
    expect(problem).toBeUndefined();
    expect(data).not.toHaveProperty(member);
  });
});

describe('What a shop cannot mean fails its item', () => {
  it.each([
    ['product', { status: null }, 'invalid_text'],
    ['product', { attributes: null }, 'invalid_list'],
    ['product', { attributes: [{ name: 'Size', variation: true, options: null }] }, 'invalid_list'],
    ['product', { attributes: [{ name: 'Size', variation: true }] }, 'invalid_list'],
    ['product', { attributes: [{ name: null, variation: true, options: [] }] }, 'invalid_text'],
    ['product', { categories: [{ name: null, slug: 'x' }] }, 'invalid_text'],
    ['product', { manage_stock: 'yes' }, 'invalid_flag'],
    ['product', { manage_stock: null }, 'invalid_flag'],
    ['variation', { status: null }, 'invalid_text'],
    ['variation', { attributes: null }, 'invalid_list'],
    ['order', { prices_include_tax: null }, 'invalid_flag'],
    ['order', { customer_id: null }, 'invalid_id'],
    ['order', { line_items: null }, 'invalid_list'],
    ['order', { refunds: null }, 'invalid_list'],
    ['order', { billing: { ...(order.billing as Raw), city: ['Köln'] } }, 'invalid_text'],
    ['line', { taxes: null }, 'invalid_list'],
    ['line', { quantity: null }, 'invalid_quantity'],
    ['line', { product_id: 'x' }, 'invalid_id'],
    ['line', { product_id: null }, 'invalid_id'],
    ['customer', { billing: { ...(customer.billing as Raw), city: { de: 'Köln' } } }, 'invalid_text'],
  ] as const)('of a %s: %j', (what, members, error_class) => {
    expect(READ[what]({ ...ROWS[what], ...members }).problem).toMatchObject({ error_class });
  });

  it('a variation that does not say what it differs by', () => {
    expect(READ.variation(without(variation, 'attributes')).problem).toMatchObject({ error_class: 'invalid_list' });
    expect(READ.variation({ ...variation, attributes: [] }).data).toMatchObject({ options: {} });
  });

  it('taxes of an order that does not name them', () => {
    const taxed = withLine({ ...line, taxes: [{ id: 7, total: '1.9' }] });
    expect(READ.order({ ...taxed, tax_lines: null }).problem).toMatchObject({ error_class: 'invalid_list' });
    expect(READ.order(without(taxed, 'tax_lines')).problem).toMatchObject({ error_class: 'invalid_list' });
  });

  it('and the guest of an order', () => {
    const guest = { ...order, customer_id: 0, billing: { email: 'a@b.example', city: [1] } };
    expect(guestFromOrder(guest)).toMatchObject({
      ...{ external_id: 'guest:a@b.example', data: null, problem: { error_class: 'invalid_text' } },
    });
  });
});
