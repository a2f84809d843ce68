import { onlySignedIn } from '../wordpress/crud.routes.ts';
import type { Endpoint, Route } from '../wordpress/rest.types.ts';

const PRICES_INCLUDE_TAX = 'woocommerce_prices_include_tax';

export interface Site {
  homeUrl: string;
  /** Null before WooCommerce 10, which does not tell it. */
  storeId: string | null;
  pricesIncludeTax: boolean;
}

/**
 * What says which site and store this is: the index of the REST API (recording 394) and the status of the system (390, 391), and how
 * prices are entered (382).
 */
export function siteRoutes({ homeUrl, storeId, pricesIncludeTax }: Site): Route[] {
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
  const status = signedInPage({
    environment: {
      ...{ home_url: homeUrl, site_url: homeUrl },
      ...(storeId !== null && { store_id: storeId }),
      version: storeId === null ? '7.9.0' : '11.0.1',
    },
    settings: { currency: 'EUR', number_of_decimals: 2 },
  });
  const entered = signedInPage({
    ...{ id: PRICES_INCLUDE_TAX, label: 'Prices entered with tax', description: '', type: 'radio', default: 'no' },
    ...{ value: pricesIncludeTax ? 'yes' : 'no', group_id: 'tax' },
  });
  return [
    { pattern: /^$/, endpoints: [index] },
    { pattern: /^\/wc\/v3\/system_status$/, endpoints: [status] },
    { pattern: new RegExp(`^/wc/v3/settings/tax/${PRICES_INCLUDE_TAX}$`), endpoints: [entered] },
  ];
}

const signedInPage = (body: object): Endpoint => ({
  methods: ['GET'],
  args: {},
  permit: onlySignedIn('list'),
  handle: () => ({ status: 200, body }),
});
