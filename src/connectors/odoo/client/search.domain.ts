import { ConnectorError } from '../../contract/connector.error.ts';
import type { ReadQuery } from '../../contract/connector.types.ts';
import type { Domain } from '../api/odoo-api.types.ts';
import type { OdooEntity } from '../odoo.entity.ts';

/** Matches any of the terms. Callers must not search without terms: that gives `[]`, which matches all records. */
export function anyOf(terms: readonly unknown[]): Domain {
  return [...Array.from({ length: Math.max(0, terms.length - 1) }, () => '|'), ...terms];
}

/** Matches all of the domains: Odoo joins complete domains that follow each other by "and". */
export function allOf(...domains: readonly Domain[]): Domain {
  return domains.flat(1) as Domain;
}

/** For `=ilike`: escapes the wildcards % and _ with a backslash. */
export function escapeLike(value: string): string {
  return value.replace(/[\\%_]/g, (sign) => `\\${sign}`);
}

/** The domain of the entity, narrowed by the run's filter `domain`, which is an Odoo domain. */
export async function domainOf(entity: OdooEntity, query: ReadQuery, signal: AbortSignal): Promise<Domain> {
  return allOf(await entity.domain(signal), domainFilter(query.filters));
}

/** The filter `domain`, empty when there is none. Throws ConnectorError `rejected` for any other filter and for what is no domain. */
export function domainFilter(filters: ReadQuery['filters']): Domain {
  const { domain = [], ...unknown } = filters;
  const [name] = Object.keys(unknown);
  if (name !== undefined)
    throw new ConnectorError('rejected', `Odoo has no filter "${name}". The available filter is "domain".`, {
      filter: name,
    });
  if (!Array.isArray(domain) || !isDomain(domain))
    throw new ConnectorError(
      'rejected',
      'The filter "domain" must be a list of conditions [field, operator, value], joined by "&", "|" and "!" in front of them.',
      { filter: 'domain' },
    );
  return domain;
}

const OPERANDS = new Map<unknown, number>([
  ['&', 2],
  ['|', 2],
  ['!', 1],
]);

/** Whether each operator has its operands, which follow it; conditions without one are joined by "and". */
function isDomain(terms: readonly unknown[]): boolean {
  let missing = 0;
  for (const term of terms) {
    const operands = OPERANDS.get(term) ?? 0;
    if (operands === 0 && !isCondition(term)) return false;
    missing = Math.max(missing - 1, 0) + operands;
  }
  return missing === 0;
}

/** Odoo itself writes the conditions that are always true or false as [1, "=", 1] and [0, "=", 1]. */
const isCondition = (term: unknown): boolean =>
  Array.isArray(term) &&
  term.length === 3 &&
  (typeof term[0] === 'string' || term[0] === 0 || term[0] === 1) &&
  typeof term[1] === 'string';
