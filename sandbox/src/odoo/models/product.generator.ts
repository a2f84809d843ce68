import { hash32 } from '../../seeded.random.ts';
import { SECOND } from '../orm/datetime.format.ts';
import type { OdooVersion } from '../orm/model.types.ts';
import type { GeneratedRows } from '../orm/record.types.ts';
import { INSTALLED_AT } from './reference.models.ts';
import { ascendingDates } from './write-dates.generator.ts';

export interface ProductSeed {
  version: OdooVersion;
  seed: number;
  /** Of templates. */
  products: number;
}

/** Every tenth template comes in two sizes and two colours. */
const BLOCK = 10;
const VARIANTS = [
  ['S', 'Red'],
  ['S', 'Blue'],
  ['L', 'Red'],
  ['L', 'Blue'],
] as const;
const PER_BLOCK = BLOCK - 1 + VARIANTS.length;

/** How many variants a number of templates has. */
export function variantCount(products: number): number {
  return Math.floor(products / BLOCK) * PER_BLOCK + (products % BLOCK);
}

/** Generated rows of the product models; ids start at 1, and those of the first nine templates are their variants' too. */
export function generatedProducts({ version, seed, products }: ProductSeed): Readonly<Record<string, GeneratedRows>> {
  const blocks = Math.floor(products / BLOCK);
  const date = ascendingDates({
    first: Date.UTC(2025, 5, 1, 8) * 1000,
    count: products,
    step: 1800 * SECOND,
    seed: seed + 1,
  });
  const created = () => INSTALLED_AT;
  const price = (t: number) => 1 + (t % 200) + (t % 5 === 0 ? 0 : hash32(seed, t, 20) % 100) / 100;
  /** Template number and place among its variants, null where it has but one. */
  const home = (variant: number): [template: number, place: number | null] => {
    const [block, place] = [Math.floor(variant / PER_BLOCK), variant % PER_BLOCK];
    return place < BLOCK - 1 ? [block * BLOCK + place + 1, null] : [(block + 1) * BLOCK, place - BLOCK + 1];
  };
  const firstVariant = (t: number) => Math.floor((t - 1) / BLOCK) * PER_BLOCK + ((t - 1) % BLOCK);
  const variantsOf = (t: number) => (t % BLOCK === 0 ? VARIANTS.map((_, i) => firstVariant(t) + i) : [firstVariant(t)]);
  const exists = (t: number) => t >= 1 && t <= products;
  const sku = (variant: number) => {
    const [t, place] = home(variant);
    const code = `SKU-${String(t).padStart(4, '0')}`;
    return place === null ? code : `${code}-${(VARIANTS[place] ?? []).join('-').toUpperCase()}`;
  };
  const barcode = (variant: number) => (variant % 3 === 2 ? ean13(400_000_000_000 + variant) : null);
  const blockOf = (id: string | number) =>
    exists(Number(id)) && Number(id) % BLOCK === 0 ? Number(id) / BLOCK - 1 : null;

  return {
    'product.template': {
      count: products,
      firstId: 1,
      columns: {
        name: (i) => `Product ${i + 1}`,
        list_price: (i) => price(i + 1),
        description_sale: (i) => ((i + 1) % 9 === 0 ? 'Made to order.\nShips in 3 days & more' : null),
        type: (i) => ((i + 1) % 12 === 0 ? 'service' : 'consu'),
        categ_id: () => (version === 18 ? 1 : null),
        taxes_id: () => [1],
        sale_ok: (i) => (i + 1) % 17 !== 0,
        active: (i) => (i + 1) % 40 !== 0,
        create_date: created,
        write_date: date,
      },
      find: {
        name: (text) => [Number(/^product (\d+)$/.exec(String(text))?.[1] ?? 0)].filter(exists).map((t) => t - 1),
      },
    },
    'product.product': {
      count: variantCount(products),
      firstId: 1,
      columns: {
        product_tmpl_id: (v) => home(v)[0],
        default_code: sku,
        barcode,
        standard_price: (v) => Math.round(price(home(v)[0]) * 60) / 100,
        weight: (v) => (home(v)[0] % 5 === 0 ? 0 : (home(v)[0] % 30) / 10),
        qty_available: (v) => (home(v)[0] % 5 === 0 ? 0 : hash32(seed, v, 21) % 100),
        active: (v) => home(v)[0] % 40 !== 0,
        product_template_attribute_value_ids: (v) => {
          const [t, place] = home(v);
          if (place === null) return [];
          const first = (t / BLOCK - 1) * 4 + 1;
          return [first + (place < 2 ? 0 : 1), first + (place % 2 === 0 ? 2 : 3)];
        },
        create_date: created,
        write_date: (v) => date(home(v)[0] - 1),
      },
      find: {
        product_tmpl_id: (id) => (exists(Number(id)) ? variantsOf(Number(id)) : []),
        default_code: (text) => {
          const t = Number(/^sku-0*(\d+)(?:-|$)/.exec(String(text))?.[1] ?? 0);
          return exists(t) ? variantsOf(t).filter((v) => sku(v).toLowerCase() === text) : [];
        },
        barcode: (text) => {
          const v = Number(String(text).slice(0, 12)) - 400_000_000_000;
          return v >= 0 && v < variantCount(products) && barcode(v) === text ? [v] : [];
        },
      },
    },
    'product.template.attribute.line': {
      count: blocks * 2,
      firstId: 1,
      columns: {
        product_tmpl_id: (i) => (Math.floor(i / 2) + 1) * BLOCK,
        attribute_id: (i) => (i % 2) + 1,
        value_ids: (i) => (i % 2 === 0 ? [1, 2] : [3, 4]),
        sequence: () => 10,
        active: () => true,
        create_date: created,
        write_date: created,
      },
      find: { product_tmpl_id: (id) => numbers(blockOf(id), 2) },
    },
    'product.template.attribute.value': {
      count: blocks * 4,
      firstId: 1,
      columns: {
        product_attribute_value_id: (i) => (i % 4) + 1,
        attribute_line_id: (i) => Math.floor(i / 2) + 1,
        price_extra: (i) => (i % 4 === 1 ? 2 : 0),
        ptav_active: () => true,
        create_date: created,
        write_date: created,
      },
      find: { attribute_line_id: (id) => (Number(id) <= blocks * 2 ? numbers(Number(id) - 1, 2) : []) },
    },
  };
}

/** The n-th range of a number of indexes. */
function numbers(n: number | null, each: number): number[] {
  return n === null || n < 0 ? [] : Array.from({ length: each }, (_, i) => n * each + i);
}

function ean13(twelve: number): string {
  const digits = [...String(twelve)].map(Number);
  const sum = digits.reduce((total, digit, i) => total + digit * (i % 2 === 0 ? 1 : 3), 0);
  return `${twelve}${(10 - (sum % 10)) % 10}`;
}
