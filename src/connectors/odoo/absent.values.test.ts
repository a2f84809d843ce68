import { describe, expect, it } from 'vitest';
import type { Row } from './api/odoo-api.types.ts';
import { geographyOf } from './client/geography.ts';
import { customerFromPartner } from './customers/partner.mapping.ts';
import { lineFromSale } from './orders/line.mapping.ts';
import { orderFromSale } from './orders/order.mapping.ts';
import { productFromTemplate } from './products/product.mapping.ts';

const PARTNER: Row = {
  ...{
    id: 6,
    name: 'Ada',
    ref: 'A-1',
    email: 'a@b.example',
    phone: '1',
    vat: 'FR1',
    company_name: 'Co',
    street: '1 Rue',
  },
  ...{ street2: 'b', city: 'Paris', zip: '75001', state_id: false, country_id: [75, 'France'], active: true },
};
const TEMPLATE: Row = {
  ...{ id: 5, name: 'Cup', default_code: 'C', barcode: '1', list_price: 2, standard_price: 1, weight: 3 },
  ...{ description_sale: 'x', active: true },
};
const SALE: Row = {
  ...{ id: 4, name: 'S4', partner_id: [59, 'T'], state: 'sale', date_order: '2026-11-22 13:31:51', amount_tax: 12 },
  ...{ amount_total: 92, currency_id: [1, 'USD'], client_order_ref: 'W' },
};
const LINE: Row = {
  ...{ id: 7, order_id: [4, 'S4'], product_id: false, name: 'Cup', product_uom_qty: 2, price_unit: 50, discount: 20 },
  ...{ price_subtotal: 80, price_tax: 12, tax_ids: [1], display_type: false },
};
const TAXES = new Map([[1, { id: 1, name: '15%', sequence: 1, parts: [] }]]);
const ARITHMETIC = { decimals: 2, perLine: true, major: 19 };
const READ = {
  partner: (row: Row) => customerFromPartner(row, geographyOf([{ id: 75, code: 'FR' }], [])),
  address: (row: Row) => customerFromPartner(row, geographyOf([{ id: 75, code: 'FR' }], [])).billing,
  product: (row: Row) =>
    productFromTemplate(row, { variants: [], options: new Map(), decimals: { price: 2, weight: 2 } }),
  order: (row: Row) => orderFromSale(row, []),
  line: (row: Row) => lineFromSale(row, { products: new Map(), taxes: TAXES, arithmetic: ARITHMETIC }),
};
const ROWS: Record<keyof typeof READ, Row> = {
  ...{ partner: PARTNER, address: PARTNER, product: TEMPLATE, order: SALE, line: LINE },
};

describe('A field that Odoo does not have, or not for this user, is left out of the item', () => {
  it.each([
    ['partner', 'email', 'email'],
    ['partner', 'phone', 'phone'],
    ['partner', 'vat', 'vat'],
    ['partner', 'ref', 'reference'],
    ['partner', 'company_name', 'company'],
    ['partner', 'active', 'active'],
    ['address', 'street', 'line1'],
    ['address', 'city', 'city'],
    ['address', 'zip', 'postcode'],
    ['address', 'state_id', 'state'],
    ['address', 'country_id', 'country'],
    ['product', 'default_code', 'sku'],
    ['product', 'barcode', 'barcode'],
    ['product', 'list_price', 'price'],
    ['product', 'standard_price', 'cost'],
    ['product', 'weight', 'weight'],
    ['product', 'description_sale', 'short_description'],
    ['order', 'client_order_ref', 'number'],
    ['order', 'partner_id', 'customer'],
    ['order', 'currency_id', 'currency'],
    ['order', 'date_order', 'created_at'],
    ['line', 'tax_ids', 'taxes'],
  ] as const)('of a %s: %s', (what, field, member) => {
    expect(READ[what](ROWS[what])).toHaveProperty(member);
    const row = Object.fromEntries(Object.entries(ROWS[what]).filter(([name]) => name !== field));
    expect(READ[what](row as Row)).not.toHaveProperty(member);
  });

  it('and an empty one is null', () => {
    expect(READ.partner({ ...PARTNER, vat: false, city: false })).toMatchObject({ vat: null, billing: { city: null } });
    expect(READ.product({ ...TEMPLATE, barcode: false, weight: 0 })).toMatchObject({ barcode: null, weight: null });
  });
});

describe('A line of an order', () => {
  it('without taxes has none, and one whose tax Odoo does not show fails its order', () => {
    expect(READ.line({ ...LINE, tax_ids: [] })).toMatchObject({ taxes: [] });
    expect(() => READ.line({ ...LINE, tax_ids: [1, 2] })).toThrow(/does not show the tax 2 of the line Cup/);
  });
});
