import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { type Bend, type BendingProxy, type ProxyRequest, startBendingProxy } from '../support/bending-proxy.ts';
import { type Json, newOrgName, type RunsFixture } from './runs.support.ts';

/** A sandbox shop behind a proxy, with a connection of an organization of its own. */
export interface BentShop {
  readonly org: string;
  readonly shop: WooCommerceSandbox;
  readonly proxy: BendingProxy;
  readonly id: string;
  /** A run into the records, or to `destination`. */
  readonly sync: (entity: string, run?: object, withinMs?: number) => Promise<Json>;
  /** The records that are not deleted. */
  readonly live: (entity: string) => Promise<Json[]>;
  readonly items: (run: Json) => Promise<Json[]>;
}

export async function withBentShop(
  fixture: RunsFixture,
  work: (bent: BentShop) => Promise<void>,
  { settings = {}, seed = 1, org = newOrgName(), permissions = 'read_write' as const } = {},
): Promise<void> {
  const shop = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, seed, permissions });
  const proxy = await startBendingProxy(shop.url);
  try {
    const id = await fixture.connectShop(org, { ...shop, url: proxy.url }, { home_url: shop.url, ...settings });
    await work({
      org,
      shop,
      proxy,
      id,
      sync: (entity_type, run = {}, withinMs) =>
        fixture.run(org, { source_connection_id: id, entity_type, ...run }, withinMs),
      live: async (entity) => {
        const path = `/records?connection_id=${id}&entity_type=${entity}&deleted=false&limit=1000`;
        return (await fixture.call(org, 'GET', path)).body.items;
      },
      items: async ({ sync_id }) => (await fixture.call(org, 'GET', `/progress/${sync_id}/items`)).body.items,
    });
  } finally {
    await proxy.stop();
    await shop.stop();
  }
}

/** A list of wc/v3, such as `/products`. */
export const isList = ({ method, url }: ProxyRequest, path: string): boolean =>
  method === 'GET' && url.pathname === `/wp-json/wc/v3${path}`;

/** Lists at `path` show at most this many rows, whatever is asked; the total stays. */
export function capped(path: string, rowsOf: () => number): Bend {
  return async (request, forward) => {
    if (!isList(request, path)) return forward();
    const perPage = Math.min(Number(request.url.searchParams.get('per_page') ?? 10), rowsOf());
    const response = await forward();
    if (response.status !== 200) return response;
    return { ...response, body: JSON.stringify(JSON.parse(response.body).slice(0, perPage)) };
  };
}

/** Lists at `path` say this total, or none. */
export function totalled(path: string, totalOf: (said: string | undefined) => string | null, inner?: Bend): Bend {
  return async (request, forward) => {
    const response = await (inner ? inner(request, forward) : forward());
    if (!isList(request, path)) return response;
    const { 'x-wp-total': said, ...headers } = response.headers;
    const total = totalOf(said);
    return { ...response, headers: total === null ? headers : { ...headers, 'x-wp-total': total } };
  };
}
