import type { Candidate, Match } from '../../contract/connector.types.ts';
import { CUSTOMER_FIELDS, customerFromShop } from '../mapping/customer.mapping.ts';
import { madeFor } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import { RowsNotShown } from '../pagination/listing.reader.ts';
import { accountsOf } from '../read/account.search.ts';
import { isReadRole } from '../read/customer.reader.ts';
import { inParallel, type Shop } from '../read/shop.context.ts';

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
    const found = await accountsShown(client, email, `${CUSTOMER_FIELDS},role,meta_data`, signal);
    if (found instanceof RowsNotShown) return [{ external_id: `unknown:${email}`, data: null, problem: found.problem }];
    return found.map((raw): Match => {
      const [role, made] = [textOf(raw.role), madeFor(key, raw)];
      const held = !made.marked && !isReadRole(role, settings) && `it is an account with the role ${role}`;
      return { ...customerFromShop(raw), ...made, ...(held && { held }) };
    });
  });
}

async function accountsShown(client: Shop['client'], email: string, fields: string, signal: AbortSignal) {
  try {
    return await accountsOf(client, email, fields, signal);
  } catch (error) {
    if (error instanceof RowsNotShown) return error;
    throw error;
  }
}

/** The accounts that have these emails, by email in lower case. Of one that is counted and not shown nothing is known. */
export async function findEmails(
  { client }: Shop,
  emails: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, { readonly id: number; readonly email: string }>> {
  const found = await inParallel(emails, async (email) => {
    const accounts = await accountsShown(client, email, 'id,email', signal);
    if (accounts instanceof RowsNotShown) return [];
    return accounts.map((raw) => [email, { id: Number(raw.id), email: textOf(raw.email) ?? '' }] as const);
  });
  return new Map(found.flat());
}
