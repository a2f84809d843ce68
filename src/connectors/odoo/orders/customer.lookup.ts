import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { toId } from '../client/odoo.values.ts';
import { anyOf, escapeLike } from '../client/search.domain.ts';
import { plainEmail } from '../customers/partner.matching.ts';

/** The partner of an order; null when Odoo has none. */
export type CustomerOf = (order: CanonicalOrder) => number | null;

/**
 * Finds the partner that an order names, otherwise the oldest partner with the email of the order: a person with an account may order
 * without signing in, and then only the email identifies them. One call for all such orders.
 */
export async function findCustomers(
  client: OdooClient,
  orders: readonly CanonicalOrder[],
  signal: AbortSignal,
): Promise<CustomerOf> {
  const emails = orders.flatMap((order) => (customerIdOf(order) === null ? (emailOf(order) ?? []) : []));
  const terms = [...new Set(emails)].map((email) => ['email', '=ilike', escapeLike(email)]);
  const search = { domain: anyOf(terms), fields: ['email', 'active'], order: 'id desc' };
  const rows = terms.length === 0 ? [] : await client.searchRead('res.partner', search, signal);
  // The last partner with an email wins: archived ones come first, and the oldest after the newest.
  const sorted = [...rows].sort((a, b) => Number(a.active !== false) - Number(b.active !== false));
  const byEmail = new Map(sorted.map((row) => [plainEmail(row.email) ?? '', Number(row.id)]));
  return (order) => customerIdOf(order) ?? byEmail.get(emailOf(order) ?? '') ?? null;
}

const customerIdOf = ({ customer }: CanonicalOrder): number | null => toId(customer?.external_id);

const emailOf = ({ customer }: CanonicalOrder): string | null => plainEmail(customer?.email);
