import Big from 'big.js';

/** The price of a line in Odoo: per unit, with a discount in percent. */
export interface LinePrice {
  readonly price: Big;
  readonly discount: Big;
}

/** The places after the point that Odoo keeps. */
export interface Digits {
  readonly price: number;
  /** Null where the user may give none. */
  readonly discount: number | null;
  readonly quantity: number;
}

/** How a price is searched. */
export interface PriceSearch {
  readonly digits: Digits;
  /** Of the currency. */
  readonly decimals: number;
  readonly preferred?: Big | undefined;
  /** What a price must make besides the amount, such as an untaxed amount of which Odoo takes an unrounded tax. */
  readonly fits?: (price: LinePrice) => boolean;
}

/** So many prices that make the amount are asked whether they fit, which every second one does or none. */
const MAX_ASKED = 200;

/** Above an amount of a thousand, about one price in ten has a discount that fits; above a million, one in ten thousand. */
const MAX_TRIES = 20_000;

/**
 * The price and discount of which Odoo makes exactly `amount`, rounded to the currency's `decimals`: the `preferred` price with its discount,
 * otherwise the amount divided by the quantity, otherwise the first price above that with a discount that fits. 8 pieces for 221.38
 * have no price in cents, but 27.70 less 0.10 %. Null when no price is found.
 */
export function findPrice(amount: Big, quantity: Big, search: PriceSearch): LinePrice | null {
  const { digits, decimals, preferred, fits = () => true } = search;
  if (quantity.eq(0)) return amount.eq(0) ? { price: preferred ?? new Big(0), discount: new Big(0) } : null;
  const share = amount.div(quantity);
  const candidates = [
    ...(preferred ? [preferred.round(digits.price, Big.roundHalfUp)] : []),
    share.round(digits.price, Big.roundHalfUp),
  ];
  for (const price of candidates) {
    const discount = discountFor(price, amount, quantity, { digits, decimals });
    if (discount && fits({ price, discount })) return { price, discount };
  }
  if (digits.discount === null) return null;
  return searchUpwards(amount, quantity, { ...digits, discount: digits.discount }, { decimals, fits });
}

/** The discount that makes the amount of this price, from 0 to 100; null when there is none. */
function discountFor(
  price: Big,
  amount: Big,
  quantity: Big,
  { digits, decimals }: { digits: Digits; decimals: number },
): Big | null {
  const full = price.times(quantity);
  const makes = (discount: Big) =>
    full.times(new Big(100).minus(discount)).div(100).round(decimals, Big.roundHalfUp).eq(amount);
  const none = new Big(0);
  if (makes(none)) return none;
  if (full.eq(0) || digits.discount === null) return null;
  const discount = new Big(100).minus(amount.times(100).div(full)).round(digits.discount, Big.roundHalfUp);
  return discount.gte(0) && discount.lte(100) && makes(discount) ? discount : null;
}

/** In whole numbers, since thousands of prices may have to be tried. */
function searchUpwards(
  amount: Big,
  quantity: Big,
  digits: Digits & { readonly discount: number },
  { decimals, fits }: { decimals: number; fits: (price: LinePrice) => boolean },
): LinePrice | null {
  let asked = 0;
  const sign = amount.times(quantity).lt(0) ? -1 : 1;
  const wanted = whole(amount.abs(), decimals);
  const count = whole(quantity.abs(), digits.quantity);
  const all = 100n * 10n ** BigInt(digits.discount);
  const first = whole(amount.div(quantity).abs().round(digits.price, Big.roundUp), digits.price);
  // price x count x rest is an amount in steps that are smaller than the currency's by this factor.
  const scale = 10n ** BigInt(digits.price + digits.quantity + digits.discount + 2 - decimals);
  for (let price = first; price < first + BigInt(MAX_TRIES); price += 1n) {
    const full = price * count;
    if (full === 0n) continue;
    const rest = halfUp(wanted * scale, full);
    if (rest <= all && halfUp(full * rest, scale) === wanted) {
      const found = {
        price: fraction(price, digits.price).times(sign),
        discount: fraction(all - rest, digits.discount),
      };
      if (fits(found)) return found;
      asked += 1;
      if (asked === MAX_ASKED) return null;
    }
  }
  return null;
}

const whole = (value: Big, digits: number): bigint => BigInt(value.times(new Big(10).pow(digits)).round(0).toFixed());
const fraction = (value: bigint, digits: number): Big => new Big(value.toString()).div(new Big(10).pow(digits));
/** Of positive numbers. */
const halfUp = (value: bigint, by: bigint): bigint => (2n * value + by) / (2n * by);
