import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { productFromTemplate, templateValues } from './product.mapping.ts';
import { optionName, priceModelOf } from './variant.prices.ts';
import type { TemplateOption } from './variant.types.ts';

const DECIMALS = { price: 2, weight: 2 };
const none = new Map<number, TemplateOption>();

/** As recorded of Odoo 18 (37-product): the one variant of a plain product. */
const VARIANT = {
  id: 5,
  default_code: 'SKU-0005',
  barcode: false,
  lst_price: 6.0,
  product_tmpl_id: [5, '[SKU-0005] Product 5'],
  product_template_attribute_value_ids: [],
  active: true,
  weight: 0.0,
};
const TEMPLATE = {
  id: 5,
  name: 'Product 5',
  default_code: 'SKU-0005',
  barcode: false,
  list_price: 12.299999999999999,
  standard_price: 0.0,
  weight: 0.0,
  description_sale: false,
  active: true,
};

describe('a template', () => {
  it('of one variant is a plain product with exact amounts', () => {
    expect(productFromTemplate(TEMPLATE, { variants: [VARIANT], options: none, decimals: DECIMALS })).toEqual({
      name: 'Product 5',
      short_description: null,
      active: true,
      sku: 'SKU-0005',
      barcode: null,
      price: '12.3',
      cost: null,
      weight: null,
      attributes: [],
      variations: [],
    });
  });

  it('with options is a product with variations, and has no code or price of its own', () => {
    const option = (id: number, attribute: string, name: string): [number, TemplateOption] => [
      id,
      { id, templateId: 5, attributeId: 1, attribute, option: name, extra: '0' },
    ];
    const options = new Map([option(1, 'Size', 'S'), option(2, 'Size', 'M'), option(3, 'Colour', 'Red')]);
    const variant = (code: string, ids: number[], lst_price: number) => ({
      ...VARIANT,
      default_code: code,
      lst_price,
      product_template_attribute_value_ids: ids,
    });
    const variants = [variant('T-M', [2, 3], 12), variant('T-S', [1, 3], 10)];
    const found = productFromTemplate(TEMPLATE, { variants, options, decimals: DECIMALS });
    expect(found).toEqual({
      name: 'Product 5',
      short_description: null,
      active: true,
      attributes: [
        { name: 'Colour', options: ['Red'] },
        { name: 'Size', options: ['S', 'M'] },
      ],
      variations: [
        expect.objectContaining({ sku: 'T-M', price: '12', options: { Colour: 'Red', Size: 'M' } }),
        expect.objectContaining({ sku: 'T-S', price: '10', options: { Colour: 'Red', Size: 'S' } }),
      ],
    });
  });

  it('keeps what it is through Odoo and back', () => {
    const maybe = fc.option(fc.string({ minLength: 1 }), { nil: null });
    const cents = fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: null });
    const amount = cents.map((n) => (n === null ? null : (priceText(n) as string)));
    const product = fc.record({
      name: fc.string({ minLength: 1 }),
      sku: maybe,
      barcode: maybe,
      short_description: maybe,
      active: fc.boolean(),
      price: amount,
      cost: amount,
      weight: amount,
      attributes: fc.constant([]),
      variations: fc.constant([]),
    });
    fc.assert(
      fc.property(product, (data: CanonicalProduct) => {
        const row = templateValues(data, null, true);
        expect(productFromTemplate(row, { variants: [], options: none, decimals: DECIMALS })).toEqual(data);
      }),
    );
  });
});

describe('prices of variations', () => {
  const of = (size: string, colour: string, price: number) => ({
    options: { size, colour },
    price: priceText(price),
  });

  it('are what the options add to the cheapest', () => {
    const model = priceModelOf([
      { options: { size: 'L' }, price: '12.5' },
      { options: { size: 'S' }, price: '10' },
    ]);
    expect(model?.base).toBe('10');
    expect(model?.extras.get(optionName('size', 'L'))).toBe('2.5');
  });

  it('that do not add up cannot be held', () => {
    const prices = [of('S', 'red', 10), of('L', 'red', 20), of('S', 'blue', 30), of('L', 'blue', 99)];
    expect(priceModelOf(prices)).toBeNull();
  });

  it('that add up are found again, whichever combinations exist', () => {
    const extra = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(
        fc.array(extra, { minLength: 1, maxLength: 4 }),
        fc.array(extra, { minLength: 1, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }),
        (sizes, colours, kept) => {
          const all = sizes.flatMap((a, i) => colours.map((b, j) => of(`s${i}`, `c${j}`, 1000 + a + b)));
          const some = all.filter((_, i) => kept[i]);
          const model = priceModelOf(some);
          for (const { options, price } of some) {
            const parts = Object.entries(options).map(([name, option]) => model?.extras.get(optionName(name, option)));
            const sum = parts.reduce((cents, part) => cents + Math.round(Number(part) * 100), 0);
            expect(priceText(Math.round(Number(model?.base) * 100) + sum)).toBe(price);
          }
        },
      ),
    );
  });
});

function priceText(cents: number): string {
  return String(cents / 100);
}
