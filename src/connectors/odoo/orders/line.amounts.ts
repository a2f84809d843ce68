import Big from 'big.js';
import type { Decimal } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';

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
