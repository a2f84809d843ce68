import type { CanonicalCustomer } from '../../canonical/canonical.types.ts';
import type { Candidate } from '../../contract/connector.types.ts';
import type { Domain, Row } from '../api/odoo-api.types.ts';
import { markOf } from '../client/odoo.marker.ts';
import { text } from '../client/odoo.values.ts';
import { anyOf, escapeLike } from '../client/search.domain.ts';

/** In lower case, and only the address of `Ann <ann@example.com>`. */
export function plainEmail(value: unknown): string | null {
  const given = text(value);
  const bare = given === null ? null : (/<([^<>]+)>\s*$/.exec(given)?.[1] ?? given);
  return bare?.trim().toLowerCase() || null;
}

/** `DE 123.456` and `de123456` are the same number. */
function plainVat(value: unknown): string | null {
  return (
    text(value)
      ?.toUpperCase()
      .replace(/[^A-Z0-9]/g, '') || null
  );
}

/**
 * One domain for all candidates; null when none has a key to match by. `=` on email is case-sensitive in Odoo. Where the server has a
 * normalized and indexed copy of the email (from the mail module), the domain uses that instead of a pattern for each email.
 */
export function matchDomain(candidates: readonly Candidate[], hasNormalized: boolean): Domain | null {
  const customers = candidates.map(({ data }) => data as CanonicalCustomer);
  const emails = distinct(customers.map(({ email }) => plainEmail(email)));
  const vats = distinct(customers.flatMap(({ vat }) => [text(vat), plainVat(vat)]));
  const refs = distinct([
    ...customers.map(({ reference }) => text(reference)),
    ...candidates.map(({ key }) => markOf(key)),
  ]);
  const terms: unknown[] = [];
  if (hasNormalized && emails.length > 0) terms.push(['email_normalized', 'in', emails]);
  else terms.push(...emails.map((email) => ['email', '=ilike', escapeLike(email)]));
  if (vats.length > 0) terms.push(['vat', 'in', vats]);
  if (refs.length > 0) terms.push(['ref', 'in', refs]);
  return terms.length === 0 ? null : anyOf(terms);
}

/** Assigns the found rows to the candidates, in their order. */
export function assignPartners(candidates: readonly Candidate[], rows: readonly Row[]): Row[][] {
  return candidates.map(({ key, data }) => {
    const customer = data as CanonicalCustomer;
    const [email, vat, reference] = [plainEmail(customer.email), plainVat(customer.vat), text(customer.reference)];
    return rows.filter((row) => {
      const ref = text(row.ref);
      const sameEmail = email !== null && plainEmail(row.email) === email;
      const sameVat = vat !== null && plainVat(row.vat) === vat;
      return sameEmail || sameVat || (ref !== null && (ref === reference || ref === markOf(key)));
    });
  });
}

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))];
}
