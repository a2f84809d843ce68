import type { Database, Environment } from '../orm/model.types.ts';

/** The first address of the text in lower case; null for what is none (recordings 831 to 833). */
function normalized(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  return /[^\s<>,;"]+@[^\s<>,;"]+/.exec(text)?.[0].toLowerCase() ?? null;
}

export function normalizedEmail(env: Environment, id: number): string | null {
  return normalized(env.db.table('res.partner').value(id, 'email'));
}

/** Generated partners have plain addresses, so an index finds them; of the others each is looked at. */
export function emailCandidates(db: Database, value: string | number): number[] {
  const partners = db.table('res.partner');
  const written = partners.keptSortedBy('id').filter((id) => normalized(partners.value(id, 'email')) === value);
  return [...new Set([...(partners.findEqual('email', value) ?? []), ...written])];
}
