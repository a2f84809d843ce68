import type { ExternalItem, ReadQuery } from '../../contract/connector.types.ts';
import { CUSTOMER_FIELDS, customerFromShop, guestEmail } from '../mapping/customer.mapping.ts';
import { modifiedBounds, sinceOf } from '../pagination/modified.bounds.ts';
import type { Phase } from '../pagination/phase.reader.ts';
import { GUEST_ORDERS, type GuestLookup } from './guest.lookup.ts';
import { filterParams } from './read.filters.ts';
import { inParallel, numericIds, type Shop } from './shop.context.ts';

const BY_ID = { orderby: 'id', order: 'asc' } as const;

/**
 * Accounts, then guests. An account has no time of change, so an incremental sync reads all accounts, but only those guest orders that
 * were modified. A filter applies to accounts and leaves out the guests.
 */
export function customerPhases(shop: Shop, guests: GuestLookup, query: ReadQuery, signal: AbortSignal): Phase[] {
  const { client, settings } = shop;
  const filters = filterParams('customer', query.filters);
  const listed = { ...filters, role: settings.customerRoles };
  const accounts: Phase = {
    name: 'accounts',
    list: ({ offset, perPage }) =>
      client.list('/customers', { ...listed, ...BY_ID, offset, per_page: perPage, _fields: CUSTOMER_FIELDS }, signal),
    ids: ({ offset, perPage }) =>
      client.list('/customers', { ...listed, ...BY_ID, offset, per_page: perPage, _fields: 'id' }, signal),
    items: async (rows) => rows.map(customerFromShop),
    total: () => client.total('/customers', listed, signal),
  };
  if (!settings.includeGuests || Object.keys(filters).length > 0) return [accounts];

  const bounds = (before: string | null) => modifiedBounds(sinceOf(query), settings.overlapSeconds, before);
  return [
    accounts,
    {
      name: 'guests',
      list: ({ offset, perPage }, before) => {
        const params = { ...GUEST_ORDERS, ...bounds(before), ...BY_ID, offset, per_page: perPage };
        return client.list('/orders', { ...params, _fields: 'id,billing' }, signal);
      },
      ids: ({ offset, perPage }, before) => {
        const params = { ...GUEST_ORDERS, ...bounds(before), ...BY_ID, offset, per_page: perPage };
        return client.list('/orders', { ...params, _fields: 'id' }, signal);
      },
      items: (rows) => guests.ofOrders(rows, signal),
      total: () => client.total('/orders', { ...GUEST_ORDERS, ...bounds(null) }, signal),
    },
  ];
}

/** Returns accounts of any role, and guests by their email. */
export async function customersByIds(
  shop: Shop,
  guests: GuestLookup,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ExternalItem[]> {
  const accountIds = numericIds(ids);
  const emails = ids.flatMap((id) => guestEmail(id) ?? []);
  const params = { include: accountIds.join(','), role: 'all', per_page: 100, _fields: CUSTOMER_FIELDS };
  const { rows } = accountIds.length > 0 ? await shop.client.list('/customers', params, signal) : { rows: [] };
  const found = await inParallel(emails, (email) => guests.find(email, signal));
  return [...rows.map(customerFromShop), ...found.filter((guest) => guest !== null)];
}
