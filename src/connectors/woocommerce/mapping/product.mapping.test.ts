import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordedRows } from '../../../../test/connectors/woocommerce/recordings.support.ts';
import { readRecording } from '../../../../test/recordings/recording.parser.ts';
import type { CanonicalProduct, CanonicalVariation } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';
import type { Raw } from '../shop/shop.client.ts';
import { customerToCreate } from './customer.mapping.ts';
import { orderToCreate } from './order.mapping.ts';
import { newCategories, PRODUCT_FIELDS, productFromShop, productToCreate, productToShop } from './product.mapping.ts';
import { planVariations, VARIATION_FIELDS, variationsFromShop } from './variation.mapping.ts';

const [simple = {}] = recordedRows('61-product-simple');
const [variable = {}] = recordedRows('62-product-variable');
const variations = recordedRows('63-variations');

const text = fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), { nil: null });
const price = fc.option(
  fc.bigInt(0n, 10n ** 9n).map((cents) => toDecimal(`${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`) ?? '0'),
  { nil: null },
);
const stock = fc.option(
  fc.integer({ min: -5, max: 10_000 }).map((count) => toDecimal(count) ?? '0'),
  { nil: null },
);

describe('The mapping of products', () => {
  it('reads a recorded simple product, prices as exact decimals', () => {
    const { external_id, data } = productFromShop(simple, []);
    expect(external_id).toBe('17');
    expect(data).toEqual({
      sku: 'SKU-0003',
      name: 'Product 3',
      description: '<p>Line one</p>\n<p>Zeile €</p>\n',
      short_description: null,
      barcode: null,
      published: true,
      price: '120.3',
      sale_price: null,
      sale_from: null,
      sale_to: null,
      weight: '0.5',
      stock: null,
      categories: [],
      images: [],
      attributes: [],
      variations: [],
    });
  });

  it('reads a recorded variable product with its variations, sorted by SKU', () => {
    const { data } = productFromShop(variable, variations);
    expect(data).toMatchObject({
      price: null,
      attributes: [{ name: 'Größe', options: ['S', 'M', 'L', 'X / XL'] }],
      variations: [
        { sku: 'SKU-0009-3', price: '12', stock: '10', active: true, options: { Größe: 'L' } },
        { sku: 'SKU-0009-4', price: '13', stock: '15', active: true, options: { Größe: 'X / XL' } },
      ],
    });
  });

  it('has no price where the shop shows empty text, and leaves out what an older shop does not show', () => {
    const { data } = productFromShop(recordedRows('64-product-no-price')[0] ?? {}, []);
    expect(data).toMatchObject({ price: null, sale_price: null, stock: '1' });
    expect(data).not.toHaveProperty('barcode');
  });

  it('keeps the markup of a title and unescapes it', () => {
    const [titled = {}] = recordedRows('76-entities-in-name');
    expect(productFromShop(titled, []).data).toMatchObject({ name: 'Kaffee & Kuchen – “Größe” <em>33</em>' });
    expect(productFromShop({ id: 1, name: 'A &amp; B' }, []).data).toMatchObject({ name: 'A & B' });
  });

  it('returns a product in the trash as deleted', () => {
    expect(productFromShop({ id: 3, status: 'trash' }, [])).toEqual({
      external_id: '3',
      data: null,
      deleted: true,
      archived: true,
    });
  });

  it('is read from the shop as it was written', () => {
    const product = fc.record({
      sku: text,
      name: text,
      description: text,
      short_description: text,
      barcode: text,
      published: fc.boolean(),
      price,
      sale_price: price,
      weight: price,
      stock,
    });
    fc.assert(
      fc.property(product, (given) => {
        const body = productToCreate(given, 'source:item', new Map());
        expect(body.sku).not.toBe('');
        expect(productFromShop({ id: 1, type: 'simple', ...body }, []).data).toMatchObject(given);
      }),
    );
  });

  it('writes only what has changed, empty text for null', () => {
    const data: CanonicalProduct = { sku: 'S', name: 'N', price: null, stock: null, published: false };
    const writing = { categoryIds: new Map(), before: simple };
    expect(productToShop(data, ['price', 'stock'], writing)).toEqual({ regular_price: '', manage_stock: false });
    expect(productToShop({ ...data, stock: '7' }, ['stock', 'published'], writing)).toEqual({
      manage_stock: true,
      stock_quantity: 7,
      status: 'draft',
    });
  });

  it('keeps the categories a product is in, and names the others by what is known of them', () => {
    const before = { categories: [{ id: 4, name: 'Tea &amp; Co', slug: 'tea' }] };
    const data: CanonicalProduct = { categories: ['Tea & Co', 'New', 'Unknown'] };
    expect(newCategories(data, before)).toEqual(['New', 'Unknown']);
    const categoryIds = new Map([
      ['Tea & Co', 9],
      ['New', 5],
    ]);
    expect(productToShop(data, ['categories'], { before, categoryIds })).toEqual({
      categories: [{ id: 4 }, { id: 5 }],
    });
  });

  it('writes no metadata but the mark, since keys such as _sku change fields of the shop', () => {
    const mark = [{ key: '_sync_key', value: 'k' }];
    const { data } = productFromShop({ ...simple, meta_data: [{ key: '_sku', value: 'X' }] }, []);
    const product = data as CanonicalProduct;
    expect(productToCreate(product, 'k', new Map()).meta_data).toEqual(mark);
    expect(productToShop(product, null, { categoryIds: new Map(), before: simple })).not.toHaveProperty('meta_data');
    expect(customerToCreate({ email: 'a@b.example' }, 'k').meta_data).toEqual(mark);
    expect(orderToCreate({ lines: [] }, 'k', new Map()).meta_data).toEqual(mark);
  });

  it('keeps attributes that no variation differs by', () => {
    const colour = { id: 4, name: 'Colour', options: ['red'], variation: true, visible: true };
    const fabric = { id: 5, name: 'Fabric', options: ['wool'], variation: false, visible: true };
    const data: CanonicalProduct = { attributes: [{ name: 'Colour', options: ['red', 'blue'] }] };
    const before = { attributes: [fabric, colour] };
    expect(productToShop(data, ['attributes'], { categoryIds: new Map(), before })).toEqual({
      attributes: [{ id: 4, options: ['red', 'blue'], variation: true, visible: true }, fabric],
    });
  });
});

describe('The mapping of variations', () => {
  const [first = {}] = variations;

  it('a variation whose stock its product manages has none of its own (recordings 251 to 254)', () => {
    const raw = { ...first, manage_stock: 'parent', stock_quantity: 12 };
    expect(variationsFromShop([raw])).toMatchObject([{ stock: null }]);
    const [wanted] = variationsFromShop([raw]) as [CanonicalVariation];
    expect(planVariations([wanted], [raw], {})).toEqual({ create: [], update: [], former: [], delete: [] });
  });

  it('a private variation is a disabled one, and stays one of the product (recordings 248, 249)', () => {
    const raw = { ...first, status: 'private' };
    expect(variationsFromShop([raw])).toMatchObject([{ sku: first.sku, active: false }]);
    const [enabled] = variationsFromShop([first]) as [CanonicalVariation];
    expect(planVariations([enabled], [raw], {}).update).toEqual([{ id: first.id, status: 'publish' }]);
    expect(planVariations([{ ...enabled, active: false }], [first], {}).update).toEqual([
      { id: first.id, status: 'private' },
    ]);
  });
});

describe('What is read of prices and options', () => {
  it('is what is stored, and not what a sale makes of it, which a shop tells late (recordings 282, 283)', () => {
    for (const fields of [PRODUCT_FIELDS, VARIATION_FIELDS].map((text) => text.split(','))) {
      expect(fields).toEqual(expect.arrayContaining(['regular_price', 'sale_price', 'date_on_sale_to_gmt']));
      expect(fields.filter((name) => ['price', 'on_sale', 'date_on_sale_to'].includes(name))).toEqual([]);
    }
  });

  it('names no option that a variation leaves open, nor a name of the attribute that is not its own (recordings 222, 230)', () => {
    const optionsOf = (name: string) =>
      variationsFromShop([readRecording(`woocommerce-11/${name}`).body as Raw])[0]?.options;
    expect([
      optionsOf('222-variation-create-attribute-any'),
      optionsOf('224-variation-create-no-attributes'),
      optionsOf('230-variation-create-unknown-option'),
    ]).toEqual([{ Size: 'M' }, {}, { Size: 'XXL', Farbe: 'lila' }]);
  });
});

describe('A plan of variations', () => {
  const wanted = variationsFromShop(variations);

  it('leaves alone what is as wanted', () => {
    expect(planVariations(wanted, variations, {})).toEqual({ create: [], update: [], former: [], delete: [] });
  });

  it('matches by SKU, else by options, creates what is new and deletes what nobody wants', () => {
    const [third, fourth] = wanted as [CanonicalVariation, CanonicalVariation];
    const renamed = { ...third, sku: 'NEW-SKU' };
    const added: CanonicalVariation = { sku: 'SKU-0009-9', options: { Größe: 'XS' }, price: '9.5' };
    const plan = planVariations([renamed, added], variations, {});
    expect(plan.update).toEqual([{ id: 26, sku: 'NEW-SKU' }]);
    expect(plan.create).toEqual([
      { sku: 'SKU-0009-9', regular_price: '9.5', attributes: [{ name: 'Größe', option: 'XS' }] },
    ]);
    expect(plan.delete).toEqual([27]);
    expect(planVariations([{ ...fourth, price: '14' }], variations, {}).update).toEqual([
      expect.objectContaining({ id: 27, regular_price: '14' }),
    ]);
  });

  it('carried out, leaves nothing to do', () => {
    const variation = fc.record({ sku: fc.constantFrom(null, 'a', 'b', 'c'), size: fc.constantFrom('S', 'M'), price });
    const some = fc.uniqueArray(variation, {
      selector: ({ sku, size }) => sku ?? size,
      maxLength: 5,
    });
    const toRaw = (
      { sku, size, price: amount }: { sku: string | null; size: string; price: string | null },
      i: number,
    ) => ({
      id: i + 1,
      status: 'publish',
      sku: sku ?? '',
      regular_price: amount ?? '',
      sale_price: '',
      weight: '',
      manage_stock: false,
      attributes: [{ id: 0, name: 'Size', option: size }],
    });
    fc.assert(
      fc.property(some, some, (before, after) => {
        const present: Raw[] = before.map(toRaw);
        const goal = variationsFromShop(after.map(toRaw));
        const { create, update, delete: gone } = planVariations(goal, present, {});
        const kept = present.filter(({ id }) => !gone.includes(Number(id)));
        const changed = kept.map((raw) => ({ ...raw, ...update.find(({ id }) => id === raw.id) }));
        const made = create.map((body, i) => ({ id: 100 + i, ...body }));
        expect(variationsFromShop([...changed, ...made])).toEqual(goal);
      }),
    );
  });
});
