import type { ExternalItem, ReadQuery } from '../../contract/connector.types.ts';
import { ORDER_FIELDS } from '../mapping/order.mapping.ts';
import { trashed } from '../mapping/raw.reader.ts';
import { windowsOf } from '../pagination/listing.reader.ts';
import { modifiedBounds, sinceOf } from '../pagination/modified.bounds.ts';
import type { Phase } from '../pagination/phase.reader.ts';
import type { Params, Raw } from '../shop/shop.client.ts';
import { orderItems } from './order.items.ts';
import { filterParams } from './read.filters.ts';
import { type FoundRows, rowsByIds } from './rows-by-id.lookup.ts';
import { numericIds, partition, type Shop } from './shop.context.ts';

/** Products and orders, which are read in the same way: both have a trash and times of change. */
export interface Documents {
  readonly entity: 'product' | 'order';
  readonly path: '/products' | '/orders';
  /** `_fields` and `context`. */
  readonly format: Params;
  toItems(shop: Shop, rows: readonly Raw[], signal: AbortSignal): Promise<ExternalItem[]>;
}

export const ORDERS: Documents = {
  entity: 'order',
  path: '/orders',
  format: { _fields: ORDER_FIELDS },
  toItems: orderItems,
};

/**
 * Reads the trash first, then the rest. An item that is restored meanwhile is then read again; in the other order it would be missed
 * and would look deleted.
 */
export function documentPhases(documents: Documents, shop: Shop, query: ReadQuery, signal: AbortSignal): Phase[] {
  const { client, settings } = shop;
  const { path, format, entity } = documents;
  const { status = 'any', ...filters } = filterParams(entity, query.filters);
  const since = sinceOf(query);
  const phase = (name: string, wanted: string | number, items: Phase['items']): Phase => {
    const listed: Params = { ...filters, ...modifiedBounds(since, settings.overlapSeconds), status: wanted };
    return {
      name,
      path,
      list: windowsOf(client, { path, params: { ...listed, ...format } }, signal),
      ids: windowsOf(client, { path, params: { ...listed, _fields: 'id' } }, signal),
      items,
      total: () => client.total(path, listed, signal),
    };
  };
  const living = phase('living', status, (rows) => documents.toItems(shop, rows, signal));
  const inTrash = phase('trash', 'trash', async (rows) => rows.map(trashed));
  const trash: Phase = { ...inTrash, mayShowNone: true };
  return status === 'any' ? [trash, living] : [living];
}

/** Also those in the trash. An id is left out only when the shop itself says that it has none; what it hides is an item with a problem. */
export async function documentsByIds(
  documents: Documents,
  shop: Shop,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ExternalItem[]> {
  const { rows, hidden } = await rawByIds(documents, shop, numericIds(ids), signal);
  const own = rows.filter(({ type }) => type !== 'variation');
  const [gone, living] = partition(own, ({ status }) => GONE_STATUSES.has(String(status)));
  return [...(await documents.toItems(shop, living, signal)), ...gone.map(trashed), ...hidden];
}

/** `checkout-draft` and `auto-draft`: orders that nobody placed, and products that nobody saved. No listing has them. */
const GONE_STATUSES: ReadonlySet<string> = new Set(['trash', 'auto-draft', 'checkout-draft']);

/** The rows of the ids, also from the trash, as the shop returns them. */
export function rawByIds(
  { path, format }: Documents,
  shop: Shop,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<FoundRows> {
  return rowsByIds(shop, { path, listed: { status: 'any' }, format }, ids, signal);
}
