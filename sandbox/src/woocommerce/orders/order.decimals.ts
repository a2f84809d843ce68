import type { Endpoint, Route } from '../wordpress/rest.types.ts';
import { fromMicros, toMicros } from './order.money.ts';

/** How many decimals a shop shows to people, as its settings say at the moment. */
export interface ShownDecimals {
  decimals: number;
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
        body: inDecimals(response.body, dp === undefined ? shown.decimals : Math.trunc(Number(dp)) || 0),
      };
    },
  });
  return routes.map((route) => ({ ...route, endpoints: route.endpoints.map(answered) }));
}

/** What `presentOrder` shows, with so many decimals. */
export function inDecimals<T>(value: T, places: number): T {
  if (Array.isArray(value)) return value.map((one) => inDecimals(one, places)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([name, part]): [string, unknown] => {
    const isAmount = typeof part === 'string' && part !== '' && AMOUNTS.has(name);
    return [name, isAmount ? fromMicros(toMicros(part), places) : inDecimals(part, places)];
  });
  return Object.fromEntries(parts) as T;
}
