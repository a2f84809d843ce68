import { shownText } from '../../border/shown.value.ts';
import type { ExternalItem, ReadQuery } from '../../contract/connector.types.ts';
import { CUSTOMER_FIELDS, customerFromShop, guestEmail } from '../mapping/customer.mapping.ts';
import { textOf } from '../mapping/shop.values.ts';
import { windowsOf } from '../pagination/listing.reader.ts';
import { modifiedBounds, sinceOf } from '../pagination/modified.bounds.ts';
import type { Phase } from '../pagination/phase.reader.ts';
import type { Raw } from '../shop/shop.client.ts';
import type { ShopSettings } from '../woocommerce.settings.ts';
import { GUEST_ORDERS, type GuestLookup } from './guest.lookup.ts';
import { filterParams } from './read.filters.ts';
import { rowsByIds } from './rows-by-id.lookup.ts';
import { inParallel, numericIds, type Shop } from './shop.context.ts';

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
    path: '/customers',
    list: windowsOf(client, { path: '/customers', params: { ...listed, _fields: CUSTOMER_FIELDS } }, signal),
    ids: windowsOf(client, { path: '/customers', params: { ...listed, _fields: 'id' } }, signal),
    items: async (rows) => rows.map(customerFromShop),
    total: () => client.total('/customers', listed, signal),
  };
  if (!settings.includeGuests || Object.keys(filters).length > 0) return [accounts];

  const orders = (fields: string) => ({
    path: '/orders',
    params: { ...GUEST_ORDERS, ...modifiedBounds(sinceOf(query), settings.overlapSeconds), _fields: fields },
  });
  return [
    accounts,
    {
      name: 'guests',
      path: '/orders',
      list: windowsOf(client, orders('id,status,billing'), signal),
      ids: windowsOf(client, orders('id'), signal),
      items: (rows) => guests.ofOrders(rows, signal),
      total: () => client.total('/orders', orders('id').params, signal),
    },
  ];
}

/** Accounts of any role, and guests by their email. An id is left out only when the shop says that it has none of it. */
export async function customersByIds(
  shop: Shop,
  guests: GuestLookup,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ExternalItem[]> {
  const emails = ids.flatMap((id) => guestEmail(id) ?? []);
  const accounts = { path: '/customers', listed: { role: 'all' }, format: { _fields: `${CUSTOMER_FIELDS},role` } };
  const { rows, hidden } = await rowsByIds(shop, accounts, numericIds(ids), signal);
  const found = await inParallel(emails, (email) => guests.find(email, signal));
  const { includeGuests } = shop.settings;
  return [
    ...rows.map((raw) => ({ ...customerFromShop(raw), ...leftOutByRole(raw, shop) })),
    ...hidden,
    ...found.flatMap((guest) => (guest ? { ...guest, ...(!includeGuests && { leftOut: GUESTS_LEFT_OUT }) } : [])),
  ];
}

const GUESTS_LEFT_OUT =
  'it ordered without an account. Set include_guests of the connection to true, then sync customers.';

const MAX_ROLE_LENGTH = 100;

function leftOutByRole(raw: Raw, { settings }: Shop): { readonly leftOut?: string } {
  const role = textOf(raw.role);
  if (isReadRole(role, settings)) return {};
  return {
    leftOut: `it has the role ${shownText(role ?? '', MAX_ROLE_LENGTH)}. Set customer_roles of the connection to all, then sync customers.`,
  };
}

/** Whether syncs read accounts of this role. */
export function isReadRole(role: string | null, { customerRoles }: Pick<ShopSettings, 'customerRoles'>): boolean {
  return customerRoles === 'all' || role === null || role === customerRoles;
}
