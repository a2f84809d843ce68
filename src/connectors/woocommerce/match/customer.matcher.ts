import { ConnectorError } from '../../contract/connector.error.ts';
import type { Candidate, Match } from '../../contract/connector.types.ts';
import { CUSTOMER_FIELDS, customerFromShop } from '../mapping/customer.mapping.ts';
import { madeFor } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import { readListing } from '../pagination/listing.reader.ts';
import { isReadRole } from '../read/customer.reader.ts';
import { inParallel, type Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';

/**
 * Matches by email, which is unique in the shop over all roles. One call for each candidate: the shop searches for one email. An account
 * of another role than the connection reads is held: nobody can be created beside it, and it is not a customer's.
 */
export function matchCustomers(
  { client, settings }: Shop,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Match[][]> {
  return inParallel(candidates, async ({ key, data }) => {
    const email = 'email' in data ? data.email?.trim().toLowerCase() : undefined;
    if (!email) return [];
    const found = await accountsOf(client, email, `${CUSTOMER_FIELDS},role,meta_data`, signal);
    return found.map((raw): Match => {
      const [role, made] = [textOf(raw.role), madeFor(key, raw)];
      const held = !made.marked && !isReadRole(role, settings) && `it is an account with the role ${role}`;
      return { ...customerFromShop(raw), ...made, ...(held && { held }) };
    });
  });
}

/** The accounts that have these emails, by email in lower case. */
export async function findEmails(
  { client }: Shop,
  emails: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, { readonly id: number; readonly email: string }>> {
  const found = await inParallel(emails, async (email) =>
    (await accountsOf(client, email, 'id,email', signal)).map(
      (raw) => [email, { id: Number(raw.id), email: textOf(raw.email) ?? '' }] as const,
    ),
  );
  return new Map(found.flat());
}

/** The account with this email, of any role. */
async function accountsOf(client: Shop['client'], email: string, fields: string, signal: AbortSignal): Promise<Raw[]> {
  const found: Raw[] = [];
  const visit = (rows: readonly Raw[]) => {
    found.push(...rows.filter((raw) => textOf(raw.email)?.toLowerCase() === email));
    return found.length > 0;
  };
  try {
    await readListing(client, { path: '/customers', params: { email, role: 'all', _fields: fields } }, visit, signal);
    return found;
  } catch (error) {
    // The shop refuses to search for a text that is not an email, so nothing matches.
    if (error instanceof ConnectorError && error.kind === 'rejected') return [];
    throw error;
  }
}
