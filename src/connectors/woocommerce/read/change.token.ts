import { createHash } from 'node:crypto';
import type { ReadQuery } from '../../contract/connector.types.ts';
import { CUSTOMER_FIELDS } from '../mapping/customer.mapping.ts';
import { FIRST_POSITION, readIdPage } from '../pagination/id.pagination.ts';
import { windowsOf } from '../pagination/listing.reader.ts';
import type { Params, Raw } from '../shop/shop.client.ts';
import type { Documents } from './document.reader.ts';
import { GUEST_ORDERS } from './guest.lookup.ts';
import { filterParams } from './read.filters.ts';
import type { Shop } from './shop.context.ts';

/** For more customers than this, a token would cost as much as a sync. */
const MAX_CUSTOMERS = 2000;
const PAGE = 100;

/**
 * Covers the number of documents, also in the trash, and the whole rows of those modified last: a second change within the same second
 * shows only in the content. Null when all rows of a page were modified in that second (after an import).
 */
export async function documentToken(
  { entity, path, format }: Documents,
  { client }: Shop,
  query: ReadQuery,
  signal: AbortSignal,
): Promise<string | null> {
  const { status: _status, ...filters } = filterParams(entity, query.filters);
  const newest = await newestOf({ client }, path, { ...filters, ...format, status: 'any' }, signal);
  const trash = await newestOf(
    { client },
    path,
    { ...filters, _fields: 'id,date_modified_gmt', status: 'trash' },
    signal,
  );
  return newest && trash && hashOf([newest, trash]);
}

/** A customer has no time of change, so this reads all customers of a small shop; null for a large one. */
export async function customerToken(
  { client, settings }: Shop,
  query: ReadQuery,
  signal: AbortSignal,
): Promise<string | null> {
  const filters = filterParams('customer', query.filters);
  const params = { ...filters, role: settings.customerRoles, _fields: CUSTOMER_FIELDS };
  const fetch = windowsOf(client, { path: '/customers', params }, signal);
  const hash = createHash('sha256');
  for (let position = FIRST_POSITION, done = false; !done; ) {
    const page = await readIdPage(fetch, position, PAGE - 1);
    if (Math.max(page.total ?? 0, position.offset) > MAX_CUSTOMERS) return null;
    for (const row of page.rows) hash.update(JSON.stringify(row));
    ({ position, done } = page);
  }
  if (!settings.includeGuests || Object.keys(filters).length > 0) return hash.digest('base64url');
  const fields = 'id,date_modified_gmt,billing,shipping';
  const guests = await newestOf({ client }, '/orders', { ...GUEST_ORDERS, _fields: fields }, signal);
  return guests && hashOf([hash.digest('base64url'), guests]);
}

async function newestOf(
  { client }: Pick<Shop, 'client'>,
  path: string,
  listed: Params,
  signal: AbortSignal,
): Promise<readonly [number | null, readonly Raw[]] | null> {
  const params = { ...listed, orderby: 'modified', order: 'desc', per_page: PAGE };
  const { rows, total } = await client.list(path, params, signal);
  const second = rows[0]?.date_modified_gmt;
  const sameSecond = rows.filter((row) => row.date_modified_gmt === second);
  // A capped page may end within that second.
  if (sameSecond.length > 0 && sameSecond.length === rows.length && total !== rows.length) return null;
  return [total, sameSecond.map(withoutNoise).sort((a, b) => Number(a.id) - Number(b.id))];
}

/** Without the links that the shop adds to a row: they would change the token although nothing changed. */
function withoutNoise({ _links, ...row }: Raw): Raw {
  return row;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
