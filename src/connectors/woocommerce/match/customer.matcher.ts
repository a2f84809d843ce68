import { ConnectorError } from '../../contract/connector.error.ts';
import type { Candidate, ExternalItem } from '../../contract/connector.types.ts';
import { CUSTOMER_FIELDS, customerFromShop } from '../mapping/customer.mapping.ts';
import { textOf } from '../mapping/shop.values.ts';
import { walkListing } from '../pagination/listing.walk.ts';
import { inParallel, type Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';

/** Matches by email, which is unique in the shop over all roles. One call for each candidate: the shop searches for one email. */
export function matchCustomers(
  { client }: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<ExternalItem[][]> {
  return inParallel(candidates, async ({ data }) => {
    const email = 'email' in data ? data.email?.trim().toLowerCase() : undefined;
    if (!email) return [];
    try {
      const params = { email, role: 'all', _fields: CUSTOMER_FIELDS };
      const found: Raw[] = [];
      const visit = (rows: readonly Raw[]) => {
        found.push(...rows.filter((raw) => textOf(raw.email)?.toLowerCase() === email));
        return found.length > 0;
      };
      await walkListing(client, { path: '/customers', params }, visit, signal);
      return found.map(customerFromShop);
    } catch (error) {
      // The shop refuses to search for a text that is not an email, so nothing matches.
      if (error instanceof ConnectorError && error.kind === 'rejected') return [];
      throw error;
    }
  });
}
