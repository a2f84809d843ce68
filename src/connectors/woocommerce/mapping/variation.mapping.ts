import { known, membersOf, plainText, priceOf, quantityOf } from '../../border/exact.value.ts';
import type { CanonicalVariation } from '../../canonical/canonical.types.ts';
import type { Raw } from '../shop/shop.client.ts';
import { compareText, idOf, listOf } from './raw.reader.ts';
import { nameOf, stockFromShop, stockToShop, textOf } from './shop.values.ts';

export const VARIATION_FIELDS =
  'id,status,sku,global_unique_id,regular_price,sale_price,weight,manage_stock,stock_quantity,attributes,parent_id';

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
    active: raw.status === 'publish',
    price: of('regular_price', priceOf),
    sale_price: of('sale_price', priceOf),
    weight: of('weight', quantityOf),
    stock: stockFromShop(raw, within),
    options: optionsOf(raw),
  });
}

/** Without attributes that the variation leaves open ("any size"). */
function optionsOf(raw: Raw): Record<string, string> {
  const pairs = listOf(raw.attributes).flatMap(({ name, option }): [string, string][] => {
    const [attribute, value] = [nameOf(name), nameOf(option)];
    return attribute === null || value === null ? [] : [[attribute, value]];
  });
  return Object.fromEntries(pairs.sort(([a], [b]) => compareText(a, b)));
}

function variationToShop(variation: Partial<CanonicalVariation>): Raw {
  const { sku, barcode, active, price, sale_price, weight, stock, options } = variation;
  return {
    ...(sku !== undefined && { sku: sku ?? '' }),
    ...(barcode !== undefined && { global_unique_id: barcode ?? '' }),
    ...(active !== undefined && { status: active ? 'publish' : 'private' }),
    ...(price !== undefined && { regular_price: price ?? '' }),
    ...(sale_price !== undefined && { sale_price: sale_price ?? '' }),
    ...(weight !== undefined && { weight: weight ?? '' }),
    ...(stock !== undefined && stockToShop(stock)),
    ...(options && { attributes: Object.entries(options).map(([name, option]) => ({ name, option })) }),
  };
}

export interface VariationPlan {
  readonly create: readonly Raw[];
  readonly update: readonly Raw[];
  readonly delete: readonly number[];
}

/**
 * Plans the changes that make the shop's variations equal to the wanted ones. Matches by SKU, then by options, each at most once. Does
 * not update members that are already equal, since a sale may change the stock meanwhile. Deletes variations that are not wanted.
 */
export function planVariations(wanted: readonly CanonicalVariation[], present: readonly Raw[]): VariationPlan {
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
  for (const [i, variation] of wanted.entries()) {
    const id = ids[i] ?? null;
    if (id === null) {
      create.push(variationToShop(variation));
      continue;
    }
    const other = differing(raws.get(id) ?? {}, variation);
    if (Object.keys(other).length > 0) update.push({ id, ...variationToShop(other) });
  }
  return { create, update, delete: [...free.keys()] };
}

/** The given members that differ from what the shop has. */
function differing(raw: Raw, wanted: CanonicalVariation): Partial<CanonicalVariation> {
  const present: Readonly<Record<string, unknown>> = { ...variationFromShop(raw) };
  const other = Object.entries(wanted).filter(
    ([member, value]) =>
      value !== undefined && JSON.stringify(sorted(value)) !== JSON.stringify(sorted(present[member])),
  );
  return Object.fromEntries(other);
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).sort(([a], [b]) => compareText(a, b));
}

function sameOptions({ options }: CanonicalVariation, raw: Raw): boolean {
  return JSON.stringify(sorted(options)) === JSON.stringify(sorted(optionsOf(raw)));
}

function sortKey({ sku, options }: CanonicalVariation): string {
  return `${sku ?? ''}\u0000${JSON.stringify(options)}`;
}

function asEntry(raw: Raw): [number, Raw][] {
  const id = idOf(raw);
  return id === null ? [] : [[id, raw]];
}
