import type { CanonicalData, CanonicalOrder } from '../../canonical/canonical.types.ts';
import type { Candidate, ExternalItem, Match } from '../../contract/connector.types.ts';
import { idOf, syncKeyOf } from '../mapping/raw.reader.ts';
import { readListing } from '../pagination/listing.reader.ts';
import { ORDERS, rawByIds } from '../read/document.reader.ts';
import type { Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
import { totalsDifferAlone } from '../write/order.check.ts';

/** How far the shop's clock may differ from ours. */
const CLOCK_SKEW_MINUTES = 10;
const OLDER_ORDERS = 100;

/**
 * Matches only by the key that an earlier create stored: two different orders may have the same content. The shop cannot search for
 * the key, so this reads the newest orders, back to the time when the first candidate can have been created. The search ends
 * after so many older orders in a row. A few do not end it, since orders can be backdated.
 */
export async function matchOrders(
  shop: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Match[][]> {
  const missing = new Set(candidates.map(({ key }) => key));
  const oldest = Math.min(...candidates.map(({ since }) => Date.parse(since) || 0)) - CLOCK_SKEW_MINUTES * 60_000;
  const idOfKey = new Map<string, string>();
  const older = new Set<number>();
  const params = { status: 'any', _fields: 'id,date_created_gmt,meta_data' };
  const visit = (rows: readonly Raw[]) => {
    for (const row of rows) {
      const [key, id] = [syncKeyOf(row), idOf(row)];
      if (key !== null && id !== null && missing.delete(key)) idOfKey.set(key, String(id));
    }
    for (const row of rows) {
      if (Date.parse(`${row.date_created_gmt}Z`) < oldest) older.add(idOf(row) ?? 0);
      else older.clear();
    }
    return missing.size === 0 || older.size >= OLDER_ORDERS;
  };
  await readListing(shop.client, { path: ORDERS.path, params, newestFirst: true }, visit, signal);
  const { rows } = await rawByIds(ORDERS, shop, [...idOfKey.values()], signal);
  const items = await ORDERS.toItems(shop, rows, signal);
  return candidates.map(({ key, data }) =>
    items.flatMap((item): Match[] =>
      item.external_id === idOfKey.get(key) ? [{ ...item, ...unchecked(shop, data, item), marked: true }] : [],
    ),
  );
}

/** A create whose response was lost was not compared with its source. */
function unchecked({ settings }: Shop, source: CanonicalData, { data }: ExternalItem): Pick<Match, 'problem'> {
  if (data === null || settings.totalsDiffer === 'warn') return {};
  const problem = totalsDifferAlone(source as CanonicalOrder, data as CanonicalOrder);
  return problem ? { problem } : {};
}
