import { roundedTo } from './order.money.ts';
import type { LineTax, OrderRecord } from './order.types.ts';

/** The one tax rate of the shop, in whole percent. */
export const TAX_RATE = { id: 1, code: 'DE-MWST-1', label: 'MwSt.', percent: 19 } as const;

/** The sums of an order as they are stored, in millionths. */
export interface OrderTotals {
  discount: number;
  discountTax: number;
  shipping: number;
  shippingTax: number;
  cartTax: number;
  /** With taxes. */
  total: number;
  totalTax: number;
}

/**
 * Lines and taxes are rounded one by one, to the decimals that the shop showed when it computed the order, and fees are added as they are
 * (recordings 100 and 102: lines of 66.6666 and 59.97, shipping of 4.905 and a fee of 0.125 come to 139.57; 110 in a shop without decimals).
 */
export function totalsOf({ line_items, shipping_lines, fee_lines, madeWith }: OrderRecord): OrderTotals {
  const round = (amount: number) => roundedTo(amount, madeWith);
  const items = sum(line_items, ({ total }) => round(total));
  const shipping = sum(shipping_lines, ({ total }) => round(total));
  const fees = sum(fee_lines, ({ total }) => total);
  const shippingTax = sum(shipping_lines, ({ taxes }) => taxTotal(taxes, madeWith));
  const cartTax = sum([...line_items, ...fee_lines], ({ taxes }) => taxTotal(taxes, madeWith));
  return {
    discount: round(sum(line_items, ({ subtotal }) => round(subtotal)) - items),
    discountTax: round(sum(line_items, ({ taxes }) => sum(taxes, ({ subtotal, total }) => subtotal - total))),
    shipping,
    shippingTax,
    cartTax,
    total: round(items + shipping + fees + cartTax + shippingTax),
    totalTax: cartTax + shippingTax,
  };
}

/** Each tax rounded by itself. */
export function taxTotal(taxes: readonly LineTax[], places: number): number {
  return sum(taxes, ({ total }) => roundedTo(total, places));
}

/** The amount that has not been refunded yet. */
export function refundable(order: OrderRecord): number {
  return totalsOf(order).total - sum(order.refunds, ({ amount }) => amount);
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}
