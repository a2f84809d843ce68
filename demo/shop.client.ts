import pRetry, { AbortError } from 'p-retry';

/** The fields of a WooCommerce customer that the CRM stores. */
export interface ShopCustomer {
  readonly id: number;
  readonly email: string;
  readonly first_name: string;
  readonly last_name: string;
}

/** One page of customers; `total` and `pages` count the whole shop. */
export interface CustomerPage {
  readonly customers: readonly ShopCustomer[];
  readonly total: number;
  readonly pages: number;
}

export interface ShopAccess {
  readonly url: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
}

/** Reads page `page` (from 1) of the shop's customers, in the order of their ids, so that a new customer does not shift the pages. */
export function fetchCustomers(
  shop: ShopAccess,
  page: number,
  perPage: number,
  signal: AbortSignal,
): Promise<CustomerPage> {
  const query = new URLSearchParams({ page: String(page), per_page: String(perPage), orderby: 'id', order: 'asc' });
  const authorization = `Basic ${Buffer.from(`${shop.consumerKey}:${shop.consumerSecret}`).toString('base64')}`;
  const once = async (): Promise<CustomerPage> => {
    const response = await fetch(`${shop.url}/wp-json/wc/v3/customers?${query}`, {
      headers: { authorization },
      signal,
    });
    if (!response.ok) {
      const problem = new Error(`The shop responded with ${response.status}: ${await response.text()}`);
      throw response.status === 429 || response.status >= 500 ? problem : new AbortError(problem);
    }
    const total = Number(response.headers.get('x-wp-total'));
    const pages = Number(response.headers.get('x-wp-totalpages'));
    return { customers: (await response.json()) as ShopCustomer[], total, pages };
  };
  return pRetry(once, { retries: 5, minTimeout: 200, signal });
}
