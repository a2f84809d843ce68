import Big from 'big.js';
import type { CanonicalVariation, Decimal } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';

/** A variant's price in Odoo is the template's price plus an extra for each option. */
export interface PriceModel {
  readonly base: Decimal;
  /** By `optionName(attribute, option)`. */
  readonly extras: ReadonlyMap<string, Decimal>;
}

export function optionName(attribute: string, option: string): string {
  return JSON.stringify([attribute, option]);
}

/**
 * Splits the prices into a base and extras, starting from the cheapest variation, whose options add nothing. Null when the prices do
 * not add up, so that Odoo cannot store them. Variations without a price get the resulting sum.
 */
export function priceModelOf(variations: readonly CanonicalVariation[]): PriceModel | null {
  const priced = variations
    .filter(({ price }) => price !== undefined && price !== null)
    .map(({ price, options }) => ({
      price: new Big(price ?? 0),
      names: Object.entries(options).map(([attribute, option]) => optionName(attribute, option)),
    }))
    .sort((a, b) => a.price.cmp(b.price));
  const base = priced[0]?.price ?? new Big(0);
  const extras = new Map<string, Big>();
  for (const name of priced[0]?.names ?? []) extras.set(name, new Big(0));

  let open = priced.slice(1);
  while (open.length > 0) {
    const unknown = (names: readonly string[]) => names.filter((name) => !extras.has(name));
    // Next comes the variation with the fewest unknown options. When several are unknown, the first gets the whole difference.
    open.sort((a, b) => unknown(a.names).length - unknown(b.names).length);
    const [next, ...rest] = open;
    open = rest;
    if (!next) break;
    const [first, ...others] = unknown(next.names);
    const known = next.names.reduce((sum, name) => sum.plus(extras.get(name) ?? 0), base);
    if (first === undefined) {
      if (!known.eq(next.price)) return null;
      continue;
    }
    extras.set(first, next.price.minus(known));
    for (const name of others) extras.set(name, new Big(0));
  }
  const text = (big: Big) => toDecimal(big.toFixed()) ?? '0';
  return { base: text(base), extras: new Map([...extras].map(([name, extra]) => [name, text(extra)])) };
}
