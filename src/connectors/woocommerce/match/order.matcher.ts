import type { CanonicalData, CanonicalOrder } from '../../canonical/canonical.types.ts';
import { comparableEmail } from '../../canonical/comparable.text.ts';
import type { Candidate, ExternalItem, Match } from '../../contract/connector.types.ts';
import { idOf, syncKeyOf } from '../mapping/raw.reader.ts';
import { readListing } from '../pagination/listing.reader.ts';
import { ORDERS, rawByIds } from '../read/document.reader.ts';
import { inParallel, type Shop } from '../read/shop.context.ts';
import type { Params, Raw } from '../shop/shop.client.ts';
import { looksAlike, totalsDifferAlone } from '../write/order.check.ts';

/** How far the shop's clock may differ from ours. */
const CLOCK_SKEW_MINUTES = 10;
const OLDER_ORDERS = 100;

/** Matches only by the key that an earlier create stored: two different orders may have the same content. */
export async function matchOrders(
  shop: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Match[][]> {
  const marked = await matchMarked(shop, candidates, signal);
  return inParallel(candidates, async (candidate) => {
    const own = marked.get(candidate.key);
    return own || !candidate.byName ? [...(own ?? [])] : lookalikesOf(shop, candidate.data as CanonicalOrder, signal);
  });
}

/**
 * By the key of the candidate. The shop cannot search for the key, so this reads the newest orders, back to the time when the first
 * candidate can have been created. The search ends after so many older orders in a row. A few do not end it, since orders can be backdated.
 */
async function matchMarked(
  shop: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Map<string, Match[]>> {
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
  const { rows, hidden } = await rawByIds(ORDERS, shop, [...idOfKey.values()], signal);
  const items = [...(await ORDERS.toItems(shop, rows, signal)), ...hidden];
  const found = candidates.flatMap(({ key, data }) => {
    const own = items.filter(({ external_id }) => external_id === idOfKey.get(key));
    const matches = own.map((item): Match => ({ ...item, ...unchecked(shop, data, item), marked: true }));
    return matches.length > 0 ? [[key, matches] as const] : [];
  });
  return new Map(found);
}

/**
 * The shop gives orders numbers of its own. What people would call the same order is one of the same buyer that comes to the same or has
 * the same lines.
 */
async function lookalikesOf(shop: Shop, order: CanonicalOrder, signal: AbortSignal): Promise<Match[]> {
  const buyer = Number(order.customer?.external_id);
  const email = comparableEmail(order.customer?.email ?? order.billing?.email);
  const hasAccount = Number.isSafeInteger(buyer) && buyer > 0;
  if (!hasAccount && !email) return [];
  const searched: Params = hasAccount ? { customer: buyer } : { search: email ?? '' };
  const ids = new Set<string>();
  const visit = (rows: readonly Raw[]) => {
    for (const { id, currency } of rows) if (currency === order.currency) ids.add(String(id));
    return false;
  };
  const params = { ...searched, status: 'any', _fields: 'id,currency' };
  await readListing(shop.client, { path: ORDERS.path, params }, visit, signal);
  const { rows } = await rawByIds(ORDERS, shop, [...ids], signal);
  const items = await ORDERS.toItems(shop, rows, signal);
  return items.flatMap((item): Match[] =>
    item.data && looksAlike(order, item.data as CanonicalOrder) ? [{ ...item, lookalike: true }] : [],
  );
}

/** A create whose response was lost was not compared with its source. */
function unchecked({ settings }: Shop, source: CanonicalData, { data }: ExternalItem): Pick<Match, 'problem'> {
  if (data === null || settings.totalsDiffer === 'warn') return {};
  const problem = totalsDifferAlone(source as CanonicalOrder, data as CanonicalOrder);
  return problem ? { problem } : {};
}
