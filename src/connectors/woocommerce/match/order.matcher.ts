import { FetchBound } from '../../border/fetch.bound.ts';
import type { Candidate, Match } from '../../contract/connector.types.ts';
import { idOf, syncKeyOf } from '../mapping/raw.reader.ts';
import { timestampOf } from '../mapping/shop.values.ts';
import { ORDERS, rawByIds } from '../read/document.reader.ts';
import type { Shop } from '../read/shop.context.ts';

/** How far the shop's clock may differ from ours. */
const CLOCK_SKEW_MINUTES = 10;
const PAGE = 100;

/**
 * Matches only by the key that an earlier create stored: two different orders may have the same content. The shop cannot search for
 * the key, so this reads the newest orders, back to the time when the first candidate can have been created. The search ends at a page
 * where every order is older. A single older order does not end it, since orders can be backdated.
 */
export async function matchOrders(
  shop: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Match[][]> {
  const missing = new Set(candidates.map(({ key }) => key));
  const oldest = Math.min(...candidates.map(({ since }) => Date.parse(since) || 0)) - CLOCK_SKEW_MINUTES * 60_000;
  const idOfKey = new Map<string, string>();
  const listed = { status: 'any', orderby: 'id', order: 'desc', per_page: PAGE };
  const bound = new FetchBound("The shop's list of orders");
  for (let offset = 0; missing.size > 0; offset += PAGE - 1) {
    const params = { ...listed, offset, _fields: 'id,date_created_gmt,meta_data' };
    const { rows, total } = await shop.client.list(ORDERS.path, params, signal);
    for (const row of rows) {
      const [key, id] = [syncKeyOf(row), idOf(row)];
      if (key !== null && id !== null && missing.delete(key)) idOfKey.set(key, String(id));
    }
    const older = rows.every((row) => Date.parse(timestampOf(row.date_created_gmt) ?? '') < oldest);
    if (older || offset + PAGE >= total) break;
    bound.fetchedIds(rows.flatMap((row) => idOf(row) ?? []));
  }
  const raws = await rawByIds(ORDERS, shop, [...idOfKey.values()], signal);
  const items = await ORDERS.toItems(shop, raws, signal);
  return candidates.map(({ key }) =>
    items.flatMap((item): Match[] => (item.external_id === idOfKey.get(key) ? [{ ...item, marked: true }] : [])),
  );
}
