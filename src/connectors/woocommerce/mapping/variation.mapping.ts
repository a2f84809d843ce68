import { known, listItems, membersOf, plainText, priceOf, quantityOf, timeOf } from '../../border/exact.value.ts';
import type { CanonicalVariation } from '../../canonical/canonical.types.ts';
import type { Raw } from '../shop/shop.client.ts';
import { compareText, idOf, listOf, recordOf } from './raw.reader.ts';
import { escaped, gmtTime, isPublished, nameOf, stockFromShop, stockToShop, textOf } from './shop.values.ts';

export const VARIATION_FIELDS =
  'id,status,sku,global_unique_id,regular_price,sale_price,date_on_sale_from_gmt,date_on_sale_to_gmt,weight,manage_stock,' +
  'stock_quantity,attributes,parent_id';

/** Sorted by SKU, then by options, as the canonical shape requires. */
export function variationsFromShop(raws: readonly Raw[]): CanonicalVariation[] {
  return raws.map(variationFromShop).sort((a, b) => compareText(sortKey(a), sortKey(b)));
}

function variationFromShop(raw: Raw): CanonicalVariation {
  const within = `variation ${idOf(raw)}: `;
  const of = membersOf(raw, within);
  return known({
    sku: of('sku', plainText),
    barcode: of('global_unique_id', plainText),
    active: of('status', isPublished),
    price: of('regular_price', priceOf),
    sale_price: of('sale_price', priceOf),
    sale_from: of('date_on_sale_from_gmt', timeOf),
    sale_to: of('date_on_sale_to_gmt', timeOf),
    weight: of('weight', quantityOf),
    stock: stockFromShop(raw, within),
    options: optionsOf(listItems(raw.attributes, `${within}attributes`).map(recordOf)),
  });
}

/** Without attributes that the variation leaves open ("any size"). */
function optionsOf(attributes: readonly Raw[]): Record<string, string> {
  const pairs = attributes.flatMap(({ name, option }): [string, string][] => {
    const [attribute, value] = [nameOf(name), nameOf(option)];
    return attribute === null || value === null ? [] : [[attribute, value]];
  });
  return Object.fromEntries(pairs.sort(([a], [b]) => compareText(a, b)));
}

/** Ids by name, of the attributes of a product that the shop shares among its products. A variation names one by its id, others by name. */
type SharedAttributes = ReadonlyMap<string | null, number>;

function sharedAttributesOf(product: Raw): SharedAttributes {
  const shared = listOf(product.attributes).filter(({ id, variation }) => variation === true && Number(id) > 0);
  return new Map(shared.map(({ id, name }) => [nameOf(name), Number(id)]));
}

function variationToShop(variation: Partial<CanonicalVariation>, shared: SharedAttributes): Raw {
  const { sku, barcode, active, price, sale_price, sale_from, sale_to, weight, stock, options } = variation;
  const attributes = Object.entries(options ?? {}).map(([name, option]) => ({
    ...(shared.has(name) ? { id: shared.get(name) } : { name }),
    option: escaped(option),
  }));
  return {
    ...(sku !== undefined && { sku: sku ?? '' }),
    ...(barcode !== undefined && { global_unique_id: barcode ?? '' }),
    ...(active !== undefined && { status: active ? 'publish' : 'private' }),
    ...(price !== undefined && { regular_price: price ?? '' }),
    ...(sale_price !== undefined && { sale_price: sale_price ?? '' }),
    ...(sale_from !== undefined && { date_on_sale_from_gmt: gmtTime(sale_from) }),
    ...(sale_to !== undefined && { date_on_sale_to_gmt: gmtTime(sale_to) }),
    ...(weight !== undefined && { weight: weight ?? '' }),
    ...(stock !== undefined && stockToShop(stock)),
    ...(options && { attributes }),
  };
}

/** The variation with the codes that are its own: the shop answers those of its product for one that has none. */
export function withOwnCodes(variation: Raw, product: Raw): Raw {
  const inherited = ['sku', 'global_unique_id'].filter(
    (code) => textOf(variation[code]) !== null && variation[code] === product[code],
  );
  return { ...variation, ...Object.fromEntries(inherited.map((code) => [code, ''])) };
}

export interface VariationPlan {
  readonly create: readonly Raw[];
  readonly update: readonly Raw[];
  /** For each update: what it changes, as it was before. */
  readonly former: readonly Raw[];
  readonly delete: readonly number[];
}

/**
 * Plans the changes that make the shop's variations equal to the wanted ones. Matches by SKU, then by options, each at most once. Does
 * not update members that are already equal, since a sale may change the stock meanwhile. Deletes variations that are not wanted. `product`: as
 * the shop has it by then, with its attributes.
 */
export function planVariations(
  wanted: readonly CanonicalVariation[],
  present: readonly Raw[],
  product: Raw,
): VariationPlan {
  const shared = sharedAttributesOf(product);
  const free = new Map(present.flatMap((raw): [number, Raw][] => asEntry(raw)));
  const claim = (fits: (raw: Raw) => boolean): number | null => {
    const found = [...free].find(([, raw]) => fits(raw));
    if (found) free.delete(found[0]);
    return found?.[0] ?? null;
  };
  const bySku = wanted.map(({ sku }) => (sku ? claim((raw) => textOf(raw.sku) === sku) : null));
  const ids = wanted.map((variation, i) => bySku[i] ?? claim((raw) => sameOptions(variation, raw)));
  const raws = new Map(present.flatMap((raw): [number, Raw][] => asEntry(raw)));

  const create: Raw[] = [];
  const update: Raw[] = [];
  const former: Raw[] = [];
  for (const [i, variation] of wanted.entries()) {
    const id = ids[i] ?? null;
    if (id === null) {
      create.push(variationToShop(variation, shared));
      continue;
    }
    const present = raws.get(id) ?? {};
    const other = differing(present, variation);
    if (Object.keys(other).length === 0) continue;
    update.push({ id, ...variationToShop(other, shared) });
    const before = Object.entries(variationFromShop(present)).filter(([member]) => Object.hasOwn(other, member));
    former.push({ id, ...variationToShop(Object.fromEntries(before), shared) });
  }
  return { create, update, former, delete: [...free.keys()] };
}

/** The given members that differ from what the shop has. One that it does not show is not compared: 7.9 knows no barcodes. */
function differing(raw: Raw, wanted: CanonicalVariation): Partial<CanonicalVariation> {
  const present: Readonly<Record<string, unknown>> = { ...variationFromShop(raw) };
  const other = Object.entries(wanted).filter(
    ([member, value]) =>
      value !== undefined &&
      Object.hasOwn(present, member) &&
      JSON.stringify(sorted(value)) !== JSON.stringify(sorted(present[member])),
  );
  return Object.fromEntries(other);
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).sort(([a], [b]) => compareText(a, b));
}

function sameOptions({ options }: CanonicalVariation, raw: Raw): boolean {
  return JSON.stringify(sorted(options)) === JSON.stringify(sorted(optionsOf(listOf(raw.attributes))));
}

function sortKey({ sku, options }: CanonicalVariation): string {
  return `${sku ?? ''}\u0000${JSON.stringify(options)}`;
}

function asEntry(raw: Raw): [number, Raw][] {
  const id = idOf(raw);
  return id === null ? [] : [[id, raw]];
}
