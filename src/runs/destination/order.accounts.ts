import type { CanonicalCustomer, CanonicalOrder } from '../../connectors/canonical/canonical.types.ts';
import { comparableEmail } from '../../connectors/canonical/comparable.text.ts';
import type { Candidate, ConnectorSession } from '../../connectors/contract/connector.types.ts';
import type { WorkItem } from '../../planning/planning.types.ts';
import { hasAccount } from '../../planning/references.ts';

/** Emails of orders without an account. */
export function emailsWithoutAccount(items: readonly WorkItem[]): string[] {
  const emails = items.flatMap(({ item }) => {
    const { customer } = (item.data ?? {}) as CanonicalOrder;
    return item.data && hasAccount(item.data) ? [] : (comparableEmail(customer?.email) ?? []);
  });
  return [...new Set(emails)];
}

/**
 * Who has an account may order without signing in. Then only the email of the order tells whose it is, and the source knows whose account
 * it is. What the destination has under that email does not matter: it may be a company's or a user's.
 */
export async function accountsOf(
  source: ConnectorSession,
  emails: readonly string[],
  since: string,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const candidates = emails.map(
    (email): Candidate => ({ key: '', data: { email } satisfies CanonicalCustomer, since }),
  );
  const found = await source.findMatches('customer', candidates, signal);
  const named = emails.flatMap((email, index) => {
    const [account, ...more] = found[index] ?? [];
    return account && more.length === 0 ? [[email, account.external_id] as const] : [];
  });
  return new Map(named);
}
