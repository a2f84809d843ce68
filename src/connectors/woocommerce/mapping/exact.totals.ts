import Big from 'big.js';
import type { Decimal } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';

/**
 * A shop that shows no decimals rounds some totals when it loads an order, whatever `dp` says; what they are made of is exact (recording
 * 109). So a whole total that is its parts, rounded, is replaced by their sum in units of the currency. Any other total is as the shop
 * says: a plugin may have taken a gift card off.
 */
export function exactTotal(said: Decimal, parts: readonly Decimal[], currency: unknown): Decimal {
  const total = new Big(said);
  const sum = parts.reduce((all, part) => all.plus(part), new Big(0)).round(decimalsOf(currency), Big.roundHalfUp);
  const isRounded = total.eq(total.round(0)) && sum.minus(total).abs().lte(0.5);
  return isRounded ? (toDecimal(sum.toFixed()) ?? said) : said;
}

const USUAL_DECIMALS = 2;

/** How many decimals the currency has; 2 for one that is not known. */
export function decimalsOf(currency: unknown): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency: String(currency) });
    return format.resolvedOptions().maximumFractionDigits ?? USUAL_DECIMALS;
  } catch {
    return USUAL_DECIMALS;
  }
}
