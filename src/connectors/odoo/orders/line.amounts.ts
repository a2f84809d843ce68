import Big from 'big.js';
import type { CanonicalOrderLine, Decimal } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';

/** The price of a line in Odoo: per unit, with a discount in percent. */
export interface LinePrice {
  readonly price_unit: number;
  readonly discount: number;
}

/** The decimal places of a price, unless the server has another setting. */
const PRICE_DECIMALS = 2;

/**
 * Odoo computes the total of a line from a rounded price and a rounded discount. This returns the first of these that gives the exact
 * total: the unit price with its discount; the total divided by the quantity; a slightly higher price with a discount to match, since
 * 10 for 3 pieces is not a price in cents. The total matters more than the price.
 */
export function linePrice({ unit_price, quantity, total }: CanonicalOrderLine, decimals: number | null): LinePrice {
  const places = decimals ?? PRICE_DECIMALS;
  const [amount, count] = [new Big(total), new Big(quantity)];
  if (count.eq(0)) return { price_unit: Number(unit_price ?? total), discount: 0 };
  const share = amount.div(count);
  const rounded = share.round(places, Big.roundHalfUp);
  const prices = [
    ...(unit_price === undefined ? [] : [new Big(unit_price)]),
    rounded,
    share.round(places, Big.roundUp),
  ];
  for (const price of prices) {
    const stored = price.round(places, Big.roundHalfUp);
    const full = stored.times(count);
    const discount = full.eq(0) ? new Big(0) : new Big(1).minus(amount.div(full)).times(100).round(2, Big.roundHalfUp);
    const made = full.times(new Big(100).minus(discount)).div(100).round(2, Big.roundHalfUp);
    if (discount.gte(0) && discount.lte(100) && made.eq(amount)) return asNumbers(stored, discount);
  }
  return asNumbers(rounded, new Big(0));
}

function asNumbers(price: Big, discount: Big): LinePrice {
  return { price_unit: Number(price.toFixed()), discount: Number(discount.toFixed()) };
}

export interface OdooLineAmounts {
  readonly quantity: Decimal;
  readonly priceUnit: Decimal;
  /** In percent. */
  readonly discount: Decimal;
  /** After discount, without tax. */
  readonly subtotal: Decimal;
  /** The price includes one of the line's taxes. */
  readonly taxInPrice: boolean;
}

/** The unit price before discount and without tax. */
export function unitPriceOf({ quantity, priceUnit, discount, subtotal, taxInPrice }: OdooLineAmounts): Decimal {
  const share = new Big(100).minus(discount);
  const count = new Big(quantity);
  if (!taxInPrice || count.eq(0) || share.eq(0)) return priceUnit;
  return toDecimal(new Big(subtotal).div(count).times(100).div(share).round(6).toFixed()) ?? priceUnit;
}

export function sumOf(amounts: readonly Decimal[]): Decimal {
  const sum = amounts.reduce((all, amount) => all.plus(amount), new Big(0));
  return toDecimal(sum.toFixed()) ?? '0';
}
