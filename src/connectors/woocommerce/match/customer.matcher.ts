import { ConnectorError } from '../../contract/connector.error.ts';
import type { Candidate, ExternalItem } from '../../contract/connector.types.ts';
import { CUSTOMER_FIELDS, customerFromShop } from '../mapping/customer.mapping.ts';
import { textOf } from '../mapping/shop.values.ts';
import { inParallel, type Shop } from '../read/shop.context.ts';

/** By email, which the shop keeps unique over all roles: one call each, since it looks for one at a time. */
export function matchCustomers(
  { client }: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<ExternalItem[][]> {
  return inParallel(candidates, async ({ data }) => {
    const email = 'email' in data ? data.email?.trim().toLowerCase() : undefined;
    if (!email) return [];
    try {
      const params = { email, role: 'all', per_page: 10, _fields: CUSTOMER_FIELDS };
      const { rows } = await client.list('/customers', params, signal);
      return rows.filter((raw) => textOf(raw.email)?.toLowerCase() === email).map(customerFromShop);
    } catch (error) {
      // The shop refuses to look for what is no email, so there is nothing.
      if (error instanceof ConnectorError && error.kind === 'rejected') return [];
      throw error;
    }
  });
}
