import type { Endpoint, Route } from '../wordpress/rest.types.ts';
import { fromMicros, toMicros } from './order.money.ts';

/** How many decimals a shop shows to people, as its settings say at the moment. */
export interface ShownDecimals {
  decimals: number;
  /** WooCommerce 7.9 never rounds the taxes of a line, whatever `dp` is (recording 102). */
  exactTaxes: boolean;
}

/** Amounts are texts of these names, wherever they stand in an order. */
const AMOUNTS = new Set(
  (
    'discount_total discount_tax shipping_total shipping_tax cart_tax total total_tax subtotal subtotal_tax tax_total ' +
    'shipping_tax_total amount'
  ).split(' '),
);

/** Amounts as WooCommerce answers them: rounded to the decimals that the shop shows (recording 101), or to `dp` (102, 113). */
export function withDecimals(routes: readonly Route[], shown: ShownDecimals): Route[] {
  const answered = (endpoint: Endpoint): Endpoint => ({
    ...endpoint,
    handle: (request) => {
      const response = endpoint.handle(request);
      const { dp } = request.query;
      return {
        ...response,
        body: inDecimals(response.body, {
          ...shown,
          ...(dp !== undefined && { decimals: Math.trunc(Number(dp)) || 0 }),
        }),
      };
    },
  });
  return routes.map((route) => ({ ...route, endpoints: route.endpoints.map(answered) }));
}

/** What `presentOrder` shows, with so many decimals. */
export function inDecimals<T>(value: T, shown: ShownDecimals): T {
  return withAmounts(value, shown, (amount) => fromMicros(toMicros(amount), shown.decimals));
}

function withAmounts<T>(value: T, shown: ShownDecimals, format: (amount: string) => string): T {
  if (Array.isArray(value)) return value.map((one) => withAmounts(one, shown, format)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([name, part]): [string, unknown] => {
    if (typeof part === 'string' && part !== '' && AMOUNTS.has(name)) return [name, format(part)];
    return [name, withAmounts(part, shown, name === 'taxes' && shown.exactTaxes ? asStored : format)];
  });
  return Object.fromEntries(parts) as T;
}

/** `4.197900` → `4.1979`. */
function asStored(amount: string): string {
  return amount.replace(/\.?0+$/, '');
}
