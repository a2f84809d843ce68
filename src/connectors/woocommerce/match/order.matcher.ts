import type { Candidate, ExternalItem } from '../../contract/connector.types.ts';
import { idOf, syncKeyOf } from '../mapping/raw.reader.ts';
import { timestampOf } from '../mapping/shop.values.ts';
import { rawByIds } from '../read/document.reader.ts';
import { ORDERS } from '../read/order.reader.ts';
import type { Shop } from '../read/shop.context.ts';

/** Between the shop's clock and ours. */
const CLOCK_MINUTES = 10;
const PAGE = 100;

/**
 * By the key their create was marked with and by nothing else: two orders may be equal and still be two. The shop cannot search for
 * it, so its newest orders are looked through, back to when the first of the candidates can have been created. A page of which
 * every order is older ends the search; one such order does not, since orders can be dated back.
 */
export async function matchOrders(
  shop: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<ExternalItem[][]> {
  const missing = new Set(candidates.map(({ key }) => key));
  const oldest = Math.min(...candidates.map(({ since }) => Date.parse(since) || 0)) - CLOCK_MINUTES * 60_000;
  const idOfKey = new Map<string, string>();
  const listed = { status: 'any', orderby: 'id', order: 'desc', per_page: PAGE };
  for (let offset = 0; missing.size > 0; offset += PAGE - 1) {
    const params = { ...listed, offset, _fields: 'id,date_created_gmt,meta_data' };
    const { rows, total } = await shop.client.list(ORDERS.path, params, signal);
    for (const row of rows) {
      const [key, id] = [syncKeyOf(row), idOf(row)];
      if (key !== null && id !== null && missing.delete(key)) idOfKey.set(key, String(id));
    }
    const older = rows.every((row) => Date.parse(timestampOf(row.date_created_gmt) ?? '') < oldest);
    if (older || offset + PAGE >= total) break;
  }
  const raws = await rawByIds(ORDERS, shop, [...idOfKey.values()], signal);
  const items = await ORDERS.toItems(shop, raws, signal);
  return candidates.map(({ key }) => items.filter(({ external_id }) => external_id === idOfKey.get(key)));
}
