import type { EntityType } from '../../canonical/canonical.types.ts';
import type { ExternalItem } from '../../contract/connector.types.ts';
import { guestId } from '../mapping/customer.mapping.ts';
import { isPlaced } from '../mapping/order-status.mapping.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { windowsOf } from '../pagination/listing.reader.ts';
import type { Phase } from '../pagination/phase.reader.ts';
import type { Params, Raw } from '../shop/shop.client.ts';
import { emailOf, GUEST_ORDERS } from './guest.lookup.ts';
import type { Shop } from './shop.context.ts';

/**
 * The listings of a full read without the trash, of whose rows only the ids are read; of guests the email, which is their id. Nothing is
 * looked up for a row.
 */
export function idPhases(entity: EntityType, shop: Shop, signal: AbortSignal): Phase[] {
  const phase = idPhase(shop, signal);
  if (entity !== 'customer')
    return [phase('living', entity === 'product' ? '/products' : '/orders', { status: 'any' })];
  const accounts = phase('accounts', '/customers', { role: shop.settings.customerRoles });
  if (!shop.settings.includeGuests) return [accounts];
  return [accounts, phase('guests', '/orders', GUEST_ORDERS, 'id,status,billing.email', guestOf)];
}

const idPhase =
  ({ client }: Shop, signal: AbortSignal) =>
  (name: string, path: string, listed: Params, fields = 'id', idIn = rowId): Phase => ({
    name,
    path,
    list: windowsOf(client, { path, params: { ...listed, _fields: fields } }, signal),
    ids: windowsOf(client, { path, params: { ...listed, _fields: 'id' } }, signal),
    items: async (rows) => rows.flatMap((row) => itemOf(idIn(row))),
    total: () => client.total(path, listed, signal),
  });

const itemOf = (external_id: string | null): ExternalItem[] =>
  external_id === null ? [] : [{ external_id, data: null }];

const rowId = (row: Raw): string | null => {
  const id = idOf(row);
  return id === null ? null : String(id);
};

const guestOf = (order: Raw): string | null => {
  const email = isPlaced(order) ? emailOf(order) : null;
  return email === null ? null : guestId(email);
};
