import type { ShownDecimals } from '../orders/order.decimals.ts';
import { onlySignedIn } from '../wordpress/crud.routes.ts';
import type { Endpoint, Route } from '../wordpress/rest.types.ts';

const DECIMALS = 'woocommerce_price_num_decimals';
const PRICES_INCLUDE_TAX = 'woocommerce_prices_include_tax';

export interface Site {
  homeUrl: string;
  /** Null before WooCommerce 10, which does not tell it. */
  storeId: string | null;
  pricesIncludeTax: boolean;
  shown: ShownDecimals;
}

/**
 * What says which site and store this is: the index of the REST API (recording 394) and the status of the system (390, 391), and how
 * prices are entered (382) and shown (389).
 */
export function siteRoutes({ homeUrl, storeId, pricesIncludeTax, shown }: Site): Route[] {
  const index: Endpoint = {
    methods: ['GET'],
    args: {},
    permit: () => undefined,
    handle: () => ({
      status: 200,
      body: {
        ...{ name: 'Example Shop', description: 'A made-up shop', url: homeUrl, home: homeUrl },
        ...{ gmt_offset: 0, timezone_string: 'UTC', namespaces: ['wp/v2', 'wc/v3'], authentication: [] },
      },
    }),
  };
  const status = signedInPage(() => ({
    environment: {
      ...{ home_url: homeUrl, site_url: homeUrl },
      ...(storeId !== null && { store_id: storeId }),
      version: storeId === null ? '7.9.0' : '11.0.1',
    },
    settings: { currency: 'EUR', number_of_decimals: shown.decimals },
  }));
  const entered = signedInPage(() => ({
    ...{ id: PRICES_INCLUDE_TAX, label: 'Prices entered with tax', description: '', type: 'radio', default: 'no' },
    ...{ value: pricesIncludeTax ? 'yes' : 'no', group_id: 'tax' },
  }));
  const decimals = signedInPage(() => ({
    ...{ id: DECIMALS, label: 'Number of decimals', description: '', type: 'number', default: '2' },
    ...{ value: String(shown.decimals), group_id: 'general' },
  }));
  return [
    { pattern: /^$/, endpoints: [index] },
    { pattern: /^\/wc\/v3\/system_status$/, endpoints: [status] },
    { pattern: new RegExp(`^/wc/v3/settings/general/${DECIMALS}$`), endpoints: [decimals] },
    { pattern: new RegExp(`^/wc/v3/settings/tax/${PRICES_INCLUDE_TAX}$`), endpoints: [entered] },
  ];
}

const signedInPage = (body: () => object): Endpoint => ({
  methods: ['GET'],
  args: {},
  permit: onlySignedIn('list'),
  handle: () => ({ status: 200, body: body() }),
});
