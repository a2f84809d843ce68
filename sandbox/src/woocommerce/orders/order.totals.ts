import type { LineTax, OrderRecord } from './order.types.ts';

/** The one tax rate of the shop, in whole percent. */
export const TAX_RATE = { id: 1, code: 'DE-MWST-1', label: 'MwSt.', percent: 19 } as const;

/** The sums of an order, in cents. */
export interface OrderTotals {
  discount: number;
  shipping: number;
  shippingTax: number;
  cartTax: number;
  /** With taxes. */
  total: number;
  totalTax: number;
}

/** Exact, since cents are whole numbers. */
export function totalsOf({ line_items, shipping_lines, fee_lines }: OrderRecord): OrderTotals {
  const items = sum(line_items, ({ total }) => total);
  const shipping = sum(shipping_lines, ({ total }) => total);
  const fees = sum(fee_lines, ({ total }) => total);
  const shippingTax = sum(shipping_lines, ({ taxes }) => taxTotal(taxes));
  const cartTax = sum([...line_items, ...fee_lines], ({ taxes }) => taxTotal(taxes));
  return {
    discount: sum(line_items, ({ subtotal }) => subtotal) - items,
    shipping,
    shippingTax,
    cartTax,
    total: items + shipping + fees + cartTax + shippingTax,
    totalTax: cartTax + shippingTax,
  };
}

export function taxTotal(taxes: readonly LineTax[]): number {
  return sum(taxes, ({ total }) => total);
}

/** The amount that has not been refunded yet. */
export function refundable(order: OrderRecord): number {
  return totalsOf(order).total - sum(order.refunds, ({ amount }) => amount);
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}
