import { createHash } from 'node:crypto';
import type { ReadQuery } from '../../contract/connector.types.ts';
import { CUSTOMER_FIELDS } from '../mapping/customer.mapping.ts';
import { WALK_START, walkOn } from '../pagination/id.pagination.ts';
import type { Params, Raw } from '../shop/shop.client.ts';
import type { Documents } from './document.reader.ts';
import { GUEST_ORDERS } from './guest.lookup.ts';
import { filterParams } from './read.filters.ts';
import type { Shop } from './shop.context.ts';

/** Beyond so many customers it would cost as much as a sync. */
const MOST_CUSTOMERS = 2000;
const PAGE = 100;

/**
 * How many there are, in the trash too, and everything of those modified last. Whole rows, because a second change within the same
 * second shows in nothing else. Null when a page is full of that second (after an import).
 */
export async function documentToken(
  { entity, path, shown }: Documents,
  { client }: Shop,
  query: ReadQuery,
  signal: AbortSignal,
): Promise<string | null> {
  const { status: _status, ...filters } = filterParams(entity, query.filters);
  const newest = await newestOf({ client }, path, { ...filters, ...shown, status: 'any' }, signal);
  const trash = await newestOf(
    { client },
    path,
    { ...filters, _fields: 'id,date_modified_gmt', status: 'trash' },
    signal,
  );
  return newest && trash && hashOf([newest, trash]);
}

/** Customers do not tell when they changed: small shops are read whole. */
export async function customerToken(
  { client, settings }: Shop,
  query: ReadQuery,
  signal: AbortSignal,
): Promise<string | null> {
  const filters = filterParams('customer', query.filters);
  const listed = { ...filters, role: settings.customerRoles, orderby: 'id', order: 'asc', _fields: CUSTOMER_FIELDS };
  const hash = createHash('sha256');
  for (let place = WALK_START, done = false; !done; ) {
    const step = await walkOn(
      ({ offset, perPage }) => client.list('/customers', { ...listed, offset, per_page: perPage }, signal),
      place,
      PAGE - 1,
    );
    if (step.total > MOST_CUSTOMERS) return null;
    hash.update(JSON.stringify(step.rows));
    ({ place, done } = step);
  }
  if (!settings.includeGuests || Object.keys(filters).length > 0) return hash.digest('base64url');
  const shown = 'id,date_modified_gmt,billing,shipping';
  const guests = await newestOf({ client }, '/orders', { ...GUEST_ORDERS, _fields: shown }, signal);
  return guests && hashOf([hash.digest('base64url'), guests]);
}

async function newestOf(
  { client }: Pick<Shop, 'client'>,
  path: string,
  listed: Params,
  signal: AbortSignal,
): Promise<readonly [number, readonly Raw[]] | null> {
  const params = { ...listed, orderby: 'modified', order: 'desc', per_page: PAGE };
  const { rows, total } = await client.list(path, params, signal);
  const second = rows[0]?.date_modified_gmt;
  const sameSecond = rows.filter((row) => row.date_modified_gmt === second);
  if (sameSecond.length === PAGE && total > PAGE) return null;
  return [total, sameSecond.map(withoutNoise).sort((a, b) => Number(a.id) - Number(b.id))];
}

/** What the shop adds to rows on its own account would change the token though nothing changed. */
function withoutNoise({ _links, ...row }: Raw): Raw {
  return row;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
