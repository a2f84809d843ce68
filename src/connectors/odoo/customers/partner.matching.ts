import type { CanonicalCustomer } from '../../canonical/canonical.types.ts';
import { comparableEmails, comparableName, comparableVat } from '../../canonical/comparable.text.ts';
import type { Candidate } from '../../contract/connector.types.ts';
import type { Domain, Row } from '../api/odoo-api.types.ts';
import { markOf } from '../client/odoo.marker.ts';
import { idOf, text } from '../client/odoo.values.ts';
import { anyOf, escapeLike } from '../client/search.domain.ts';

/**
 * One domain of natural keys for all candidates; null when none has one. `=` on email is case-sensitive in Odoo. Where the server has a
 * normalized and indexed copy of the email (from the mail module), the domain uses that instead of a pattern for each email.
 */
export function matchDomain(candidates: readonly Candidate[], hasNormalized: boolean): Domain | null {
  const customers = candidates.map(({ data }) => data as CanonicalCustomer);
  const emails = distinct(customers.flatMap(({ email }) => comparableEmails(email)));
  const vats = distinct(customers.flatMap(({ vat }) => [text(vat), comparableVat(vat)]));
  const refs = distinct(customers.map(({ reference }) => text(reference)));
  const terms: unknown[] = [];
  if (hasNormalized && emails.length > 0) terms.push(['email_normalized', 'in', emails]);
  else terms.push(...emails.map((email) => ['email', '=ilike', escapeLike(email)]));
  if (vats.length > 0) terms.push(['vat', 'in', vats]);
  if (refs.length > 0) terms.push(['ref', 'in', refs]);
  const called = candidates.flatMap(({ byName, data }) => (byName ? nameOf(data as CanonicalCustomer) : []));
  terms.push(...distinct(called).map((name) => ['name', '=ilike', escapeLike(name)]));
  return terms.length === 0 ? null : anyOf(terms);
}

/** Assigns the found rows to the candidates, in their order. An address of a partner that matches is no second match. */
export function assignPartners(candidates: readonly Candidate[], rows: readonly Row[]): Row[][] {
  const byId = new Map(rows.map((row) => [Number(row.id), row]));
  return candidates.map(({ key, data }) => {
    const mark = markOf(key);
    const isAlike = likeness(data as CanonicalCustomer);
    const found = new Set(rows.filter((row) => text(row.ref) === mark || isAlike(row)));
    return [...found].filter((row) => {
      const parent = byId.get(idOf(row.parent_id) ?? 0);
      return text(row.ref) === mark || !isAddress(row) || parent === undefined || !found.has(parent);
    });
  });
}

/** For each candidate that asks for them, the rows that only have its name. */
export function namesakesOf(candidates: readonly Candidate[], rows: readonly Row[]): Row[][] {
  return candidates.map(({ byName, data }) => {
    const isAlike = likeness(data as CanonicalCustomer);
    const name = byName ? comparableName(nameOf(data as CanonicalCustomer)) : null;
    return rows.filter((row) => name !== null && comparableName(text(row.name)) === name && !isAlike(row));
  });
}

/** As partners are called; without an e-mail, which is a natural key. */
function nameOf({ name, first_name, last_name, company }: CanonicalCustomer): string | null {
  return text(name) ?? text([first_name, last_name].filter(Boolean).join(' ')) ?? text(company);
}

function likeness(customer: CanonicalCustomer): (row: Row) => boolean {
  const [emails, vat] = [comparableEmails(customer.email), comparableVat(customer.vat)];
  const reference = text(customer.reference);
  return (row) =>
    comparableEmails(text(row.email)).some((email) => emails.includes(email)) ||
    (vat !== null && comparableVat(text(row.vat)) === vat) ||
    (reference !== null && text(row.ref) === reference);
}

/** It would lose all but the one that the candidate has. */
export function hasOtherEmails(row: Row, { data }: Candidate): boolean {
  const [all, own] = [comparableEmails(text(row.email)), comparableEmails((data as CanonicalCustomer).email)];
  return all.length > 1 && all.some((email) => own.includes(email)) && all.some((email) => !own.includes(email));
}

/** Where something of a partner is sent to, not a partner of its own. A contact is a person. */
export const isAddress = (row: Row): boolean => ['delivery', 'invoice', 'other'].includes(String(row.type));

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))];
}
