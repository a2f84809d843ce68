import type { ExternalItem, ReadQuery } from '../../contract/connector.types.ts';
import { trashed } from '../mapping/item.mapping.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { modifiedBounds, sinceOf } from '../pagination/modified.bounds.ts';
import type { Phase } from '../pagination/phase.reader.ts';
import type { Params, Raw } from '../shop/shop.client.ts';
import { filterParams } from './read.filters.ts';
import { numericIds, type Shop } from './shop.context.ts';

/** Products and orders are read in one way: both have a trash and times of change. */
export interface Documents {
  readonly entity: 'product' | 'order';
  readonly path: '/products' | '/orders';
  /** `_fields`, and how they are to be shown. */
  readonly shown: Params;
  toItems(shop: Shop, rows: readonly Raw[], signal: AbortSignal): Promise<ExternalItem[]>;
}

const BY_ID = { orderby: 'id', order: 'asc' } as const;

/**
 * The trash first and then what lives: what is taken out of the trash meanwhile is met again, while the other way round it would be
 * missed and look deleted. In an incremental walk `before` is frozen for what lives, so that rows which change leave the listing
 * instead of moving about in it; the next walk begins there.
 */
export function documentPhases(documents: Documents, shop: Shop, query: ReadQuery, signal: AbortSignal): Phase[] {
  const { client, settings } = shop;
  const { path, shown, entity } = documents;
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
        client.list(path, { ...listed(before), ...BY_ID, offset, per_page: perPage, ...shown }, signal),
      items,
      total: () => client.total(path, listed(null), signal),
    };
  };
  const living = phase('living', status, (rows) => documents.toItems(shop, rows, signal));
  const trash = phase('trash', 'trash', async (rows) => rows.map(trashed));
  return status === 'any' ? [trash, living] : [living];
}

/** What lives, and from the trash what was not among that. */
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

/** Outside the trash, as the shop shows them. */
export async function rawByIds(
  { path, shown }: Documents,
  shop: Shop,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Raw[]> {
  if (ids.length === 0) return [];
  const params = { include: ids.join(','), status: 'any', per_page: 100, ...shown };
  return (await shop.client.list(path, params, signal)).rows;
}
