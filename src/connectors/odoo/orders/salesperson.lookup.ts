import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { idOf } from '../client/odoo.values.ts';
import type { CustomerOf } from './customer.lookup.ts';

/**
 * The salesperson of each partner; null where there is none. Odoo would take the owner of the key for a new order, who sold nothing. One
 * call for all.
 */
export async function findSalespeople(
  client: OdooClient,
  orders: readonly CanonicalOrder[],
  customerOf: CustomerOf,
  signal: AbortSignal,
): Promise<(partner: number) => number | null> {
  const ids = [...new Set(orders.flatMap((order) => idOrNone(customerOf, order)))];
  const search = { domain: [['id', 'in', ids]], fields: ['user_id'] };
  const rows = ids.length === 0 ? [] : await client.searchRead('res.partner', search, signal);
  const byPartner = new Map(rows.map((row) => [Number(row.id), idOf(row.user_id)]));
  return (partner) => byPartner.get(partner) ?? null;
}

/** An order without a customer is refused when it is prepared. */
function idOrNone(customerOf: CustomerOf, order: CanonicalOrder): number[] {
  try {
    return [customerOf(order)];
  } catch (error) {
    if (error instanceof ItemRefused) return [];
    throw error;
  }
}
