import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalVariation } from '../../canonical/canonical.types.ts';
import type { Row, Values } from '../api/odoo-api.types.ts';
import { decimalOf, idsOf } from '../client/odoo.values.ts';
import type { WantedAttributes } from './attribute.cache.ts';
import { type PriceModel, priceModelOf } from './variant.prices.ts';
import { optionsKey, type TemplateOption } from './variant.types.ts';

/** The attributes that the variations differ by, with the options they use. */
export function wantedAttributes(variations: readonly CanonicalVariation[]): WantedAttributes {
  const wanted = new Map<string, Set<string>>();
  for (const { options } of variations) {
    for (const [name, option] of Object.entries(options)) {
      wanted.set(name, (wanted.get(name) ?? new Set()).add(option));
    }
  }
  return wanted;
}

/** Throws ItemRefused when a variation leaves an attribute open, which a variant of Odoo cannot do. */
export function refuseOpenOptions(variations: readonly CanonicalVariation[]): void {
  const { size } = wantedAttributes(variations);
  const open = variations.find(({ options }) => size === 0 || Object.keys(options).length < size);
  if (!open) return;
  const name = open.sku ?? JSON.stringify(open.options);
  throw new ItemRefused(
    'variation_options',
    `Odoo requires an option for every attribute, and ${name} leaves one open.`,
  );
}

/** Whether Odoo can hold such variations, as far as that is known without asking it. */
export function isHeld(variations: readonly CanonicalVariation[]): boolean {
  if (variations.length === 0) return false;
  try {
    refuseOpenOptions(variations);
    modelOf(variations);
    return true;
  } catch (error) {
    if (error instanceof ItemRefused) return false;
    throw error;
  }
}

/** Throws ItemRefused when Odoo cannot store these prices. */
export function modelOf(variations: readonly CanonicalVariation[]): PriceModel {
  const model = priceModelOf(variations);
  if (model) return model;
  throw new ItemRefused(
    'variation_prices',
    'Odoo computes a variant’s price as a sum over its options, and these prices do not add up that way.',
  );
}

export function chosen(row: Row, options: ReadonlyMap<number, TemplateOption>): Record<string, string> {
  const found = idsOf(row.product_template_attribute_value_ids).flatMap((id) => options.get(id) ?? []);
  return Object.fromEntries(found.map(({ attribute, option }) => [attribute, option]));
}

export function optionIds({ options }: CanonicalVariation, offered: ReadonlyMap<number, TemplateOption>): Values {
  const ids = [...offered.values()].filter(({ attribute, option }) => options[attribute] === option);
  return { product_template_attribute_value_ids: [[6, 0, ids.map(({ id }) => id)]] };
}

/** True when every variant exists and has its wanted price, however template and options add up to it. */
export function holdsPrices(
  variations: readonly CanonicalVariation[],
  { options, variants }: { options: ReadonlyMap<number, TemplateOption>; variants: readonly Row[] },
  decimals: number | null,
): boolean {
  const prices = new Map(
    variants.map((row) => [optionsKey(chosen(row, options)), decimalOf(row.lst_price, 'lst_price', { decimals })]),
  );
  return variations.every((variation) => {
    const price = prices.get(optionsKey(variation.options));
    return price !== undefined && (!variation.price || price === variation.price);
  });
}

export function differing(row: Row, values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([field, value]) => row[field] !== value));
}

export function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}
