import type { Endpoint, Route } from '../wordpress/rest.types.ts';

/** Amounts are texts of these names, wherever they stand in an order. */
const AMOUNTS = new Set(
  (
    'discount_total discount_tax shipping_total shipping_tax cart_tax total total_tax subtotal subtotal_tax tax_total ' +
    'shipping_tax_total amount'
  ).split(' '),
);
/** The parent object keeps these as the shop shows them, whatever `dp` says (recording 109). */
const ROUNDED_ON_LOADING = new Set(['total_tax']);

/**
 * Amounts as WooCommerce answers them: rounded to the decimals that the shop shows (recording 101), or to `dp` (102, 113). Totals of a
 * shop that shows none are rounded when the order is loaded, so `dp` only appends zeros to them (109).
 */
export function withDecimals(routes: readonly Route[], shown: number): Route[] {
  const answered = (endpoint: Endpoint): Endpoint => ({
    ...endpoint,
    handle: (request) => {
      const response = endpoint.handle(request);
      const dp = request.query.dp === undefined ? shown : Math.trunc(Number(request.query.dp)) || 0;
      return dp === 2 && shown === 2 ? response : { ...response, body: rounded(response.body, dp, shown, true) };
    },
  });
  return routes.map((route) => ({ ...route, endpoints: route.endpoints.map(answered) }));
}

function rounded(value: unknown, dp: number, shown: number, isOrder: boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => rounded(one, dp, shown, isOrder));
  if (typeof value !== 'object' || value === null) return value;
  const isLoaded = isOrder && 'line_items' in value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      if (typeof part !== 'string' || !AMOUNTS.has(name)) return [name, rounded(part, dp, shown, isOrder)];
      const isRounded = ROUNDED_ON_LOADING.has(name) || (isLoaded && name === 'total');
      return [name, decimals(isRounded && shown === 0 ? decimals(part, 0) : part, dp)];
    }),
  );
}

/** Half away from zero. Sandbox amounts have at most two decimals, so their cents are whole numbers. */
function decimals(amount: string, places: number): string {
  if (amount === '' || Number.isNaN(Number(amount))) return amount;
  const cents = Math.round(Number(amount) * 100);
  if (places >= 2) return `${amount.includes('.') ? amount : `${amount}.00`}${'0'.repeat(places - 2)}`;
  const unit = 10 ** (2 - places);
  const whole = (Math.sign(cents) * Math.floor((Math.abs(cents) + unit / 2) / unit)) / 10 ** places;
  return whole.toFixed(places);
}
