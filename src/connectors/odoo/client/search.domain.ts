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
  const { domain = [], ...unknown } = query.filters;
  const [name] = Object.keys(unknown);
  if (name !== undefined)
    throw new ConnectorError('rejected', `Odoo has no filter "${name}". The available filter is "domain".`);
  if (!Array.isArray(domain)) throw new ConnectorError('rejected', 'The filter "domain" must be a list.');
  return allOf(await entity.domain(signal), domain);
}
