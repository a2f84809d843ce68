import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { toId } from '../client/odoo.values.ts';
import { anyOf, literally } from '../client/search.domain.ts';
import { plainEmail } from '../customers/partner.matching.ts';

/** The partner of an order; null: Odoo has none. */
export type BuyerOf = (order: CanonicalOrder) => number | null;

/**
 * The partner an order names, otherwise the oldest with the email of who ordered: somebody with an account may order without signing
 * in, and is then known by the email only. One call for all such orders.
 */
export async function findBuyers(
  client: OdooClient,
  orders: readonly CanonicalOrder[],
  signal: AbortSignal,
): Promise<BuyerOf> {
  const emails = orders.flatMap((order) => (namedIn(order) === null ? (emailOf(order) ?? []) : []));
  const terms = [...new Set(emails)].map((email) => ['email', '=ilike', literally(email)]);
  const search = { domain: anyOf(terms), fields: ['email', 'active'], order: 'id desc' };
  const rows = terms.length === 0 ? [] : await client.searchRead('res.partner', search, signal);
  // The last of an email stands: those in the archive come before the others, the oldest after the newest.
  const sorted = [...rows].sort((a, b) => Number(a.active !== false) - Number(b.active !== false));
  const byEmail = new Map(sorted.map((row) => [plainEmail(row.email) ?? '', Number(row.id)]));
  return (order) => namedIn(order) ?? byEmail.get(emailOf(order) ?? '') ?? null;
}

const namedIn = ({ customer }: CanonicalOrder): number | null => toId(customer?.external_id);

const emailOf = ({ customer }: CanonicalOrder): string | null => plainEmail(customer?.email);
