import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { toId } from '../client/odoo.values.ts';
import { hiddenAmong, refuseHidden } from '../pagination/hidden.records.ts';

/** The partner of an order. Throws ItemRefused when Odoo has none, or only one that is archived or hidden. */
export type CustomerOf = (order: CanonicalOrder) => number;

/** Looks for the partners that the orders name. An email names nobody here: it may be that of a company or a user. */
export async function findCustomers(
  client: OdooClient,
  orders: readonly CanonicalOrder[],
  signal: AbortSignal,
): Promise<CustomerOf> {
  const ids = [...new Set(orders.flatMap((order) => customerIdOf(order) ?? []))];
  const search = { domain: [['id', 'in', ids]], fields: ['active'] };
  const rows = ids.length === 0 ? [] : await client.searchRead('res.partner', search, signal);
  const archived = new Map(rows.map(({ id, active }) => [Number(id), active === false]));
  const unseen = await hiddenAmong(
    client,
    'res.partner',
    ids.filter((id) => !archived.has(id)),
    signal,
  );
  const hidden = new Set(unseen.map(({ external_id }) => external_id));
  return (order) => {
    const id = customerIdOf(order);
    if (id !== null && hidden.has(String(id))) refuseHidden(`The order’s customer, partner ${id},`);
    if (id === null || !archived.has(id))
      throw new ItemRefused('customer_missing', 'The order’s customer is not in Odoo.');
    if (archived.get(id))
      throw new ItemRefused(
        'customer_archived',
        `The order’s customer, partner ${id}, is archived in Odoo. Bring the partner back, then sync the order again.`,
      );
    return id;
  };
}

const customerIdOf = ({ customer }: CanonicalOrder): number | null => toId(customer?.external_id);
