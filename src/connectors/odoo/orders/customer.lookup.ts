import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { toId } from '../client/odoo.values.ts';
import { anyOf, escapeLike } from '../client/search.domain.ts';
import { plainEmail } from '../customers/partner.matching.ts';

/** The partner of an order. Throws ItemRefused when Odoo has none, or only one that is archived. */
export type CustomerOf = (order: CanonicalOrder) => number;

/**
 * Finds the partner that an order names, otherwise the oldest partner with the email of the order: a person with an account may order
 * without signing in, and then only the email identifies them. One call for all orders.
 */
export async function findCustomers(
  client: OdooClient,
  orders: readonly CanonicalOrder[],
  signal: AbortSignal,
): Promise<CustomerOf> {
  const ids = [...new Set(orders.flatMap((order) => customerIdOf(order) ?? []))];
  const emails = orders.flatMap((order) => (customerIdOf(order) === null ? (emailOf(order) ?? []) : []));
  const terms = [
    ...(ids.length > 0 ? [['id', 'in', ids]] : []),
    ...[...new Set(emails)].map((email) => ['email', '=ilike', escapeLike(email)]),
  ];
  const search = { domain: anyOf(terms), fields: ['email', 'active'], order: 'id desc' };
  const rows = terms.length === 0 ? [] : await client.searchRead('res.partner', search, signal);
  const archived = new Set(rows.filter(({ active }) => active === false).map(({ id }) => Number(id)));
  const known = new Set(rows.map(({ id }) => Number(id)));
  // The last partner with an email wins: archived ones come first, and the oldest after the newest.
  const sorted = [...rows].sort((a, b) => Number(a.active !== false) - Number(b.active !== false));
  const byEmail = new Map(sorted.map((row) => [plainEmail(row.email) ?? '', Number(row.id)]));
  return (order) => {
    const named = customerIdOf(order);
    const id = named === null ? byEmail.get(emailOf(order) ?? '') : named;
    if (id === undefined || !known.has(id))
      throw new ItemRefused('customer_missing', 'The order’s customer is not in Odoo: sync customers first.');
    if (archived.has(id))
      throw new ItemRefused(
        'customer_archived',
        `The order’s customer, partner ${id}, is archived in Odoo. Bring the partner back, then sync the order again.`,
      );
    return id;
  };
}

const customerIdOf = ({ customer }: CanonicalOrder): number | null => toId(customer?.external_id);

const emailOf = ({ customer }: CanonicalOrder): string | null => plainEmail(customer?.email);
