import type { ExternalItem, ReadQuery } from '../../contract/connector.types.ts';
import { ORDER_FIELDS, orderFromShop } from '../mapping/order.mapping.ts';
import { idOf, trashed } from '../mapping/raw.reader.ts';
import { modifiedBounds, sinceOf } from '../pagination/modified.bounds.ts';
import type { Phase } from '../pagination/phase.reader.ts';
import type { Params, Raw } from '../shop/shop.client.ts';
import { filterParams } from './read.filters.ts';
import { numericIds, type Shop } from './shop.context.ts';

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
  toItems: async ({ settings }, rows) => rows.map((raw) => orderFromShop(raw, settings)),
};

const BY_ID = { orderby: 'id', order: 'asc' } as const;

/**
 * Reads the trash first, then the rest. An item that is restored meanwhile is then read again; in the other order it would be missed
 * and would look deleted. `before` is fixed during an incremental read, so that rows that change leave the listing instead of moving
 * within it. The next read begins at `before`.
 */
export function documentPhases(documents: Documents, shop: Shop, query: ReadQuery, signal: AbortSignal): Phase[] {
  const { client, settings } = shop;
  const { path, format, entity } = documents;
  const { status = 'any', ...filters } = filterParams(entity, query.filters);
  const since = sinceOf(query);
  const phase = (name: string, wanted: string | number, items: Phase['items']): Phase => {
    const listed = (before: string | null): Params => {
      const bounds = modifiedBounds(since, settings.overlapSeconds, before);
      return { ...filters, ...bounds, status: wanted };
    };
    return {
      name,
      list: ({ offset, perPage }, before) =>
        client.list(path, { ...listed(before), ...BY_ID, offset, per_page: perPage, ...format }, signal),
      ids: ({ offset, perPage }, before) =>
        client.list(path, { ...listed(before), ...BY_ID, offset, per_page: perPage, _fields: 'id' }, signal),
      items,
      total: () => client.total(path, listed(null), signal),
    };
  };
  const living = phase('living', status, (rows) => documents.toItems(shop, rows, signal));
  const trash = phase('trash', 'trash', async (rows) => rows.map(trashed));
  return status === 'any' ? [trash, living] : [living];
}

/** Also looks in the trash for ids that are not found outside it. */
export async function documentsByIds(
  documents: Documents,
  shop: Shop,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ExternalItem[]> {
  const living = await rawByIds(documents, shop, numericIds(ids), signal);
  const found = new Set(living.map((raw) => String(idOf(raw))));
  const missing = numericIds(ids).filter((id) => !found.has(id));
  const params = { include: missing.join(','), status: 'trash', per_page: 100, _fields: 'id,status' };
  const { rows } = missing.length > 0 ? await shop.client.list(documents.path, params, signal) : { rows: [] };
  return [...(await documents.toItems(shop, living, signal)), ...rows.map(trashed)];
}

/** Rows outside the trash, as the shop returns them. */
export async function rawByIds(
  { path, format }: Documents,
  shop: Shop,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Raw[]> {
  if (ids.length === 0) return [];
  const params = { include: ids.join(','), status: 'any', per_page: 100, ...format };
  return (await shop.client.list(path, params, signal)).rows;
}
