import { ConnectorError } from '../../contract/connector.error.ts';
import type { ReadQuery } from '../../contract/connector.types.ts';
import type { Domain } from '../api/odoo-api.types.ts';
import type { OdooEntity } from '../odoo.entity.ts';

/** Any of the terms; `[]`, which matches all, must not come out of none: the caller asks nothing then. */
export function anyOf(terms: readonly unknown[]): Domain {
  return [...Array.from({ length: Math.max(0, terms.length - 1) }, () => '|'), ...terms];
}

/** Domains side by side are joined by and, each of them being whole. */
export function allOf(...domains: readonly Domain[]): Domain {
  return domains.flat(1) as Domain;
}

/** For `=ilike`, where % and _ are wildcards and a backslash takes that from them. */
export function literally(value: string): string {
  return value.replace(/[\\%_]/g, (sign) => `\\${sign}`);
}

/** The entity's own domain and, from the filters, `domain`: an Odoo domain that narrows it further. */
export async function domainOf(entity: OdooEntity, query: ReadQuery, signal: AbortSignal): Promise<Domain> {
  const { domain = [], ...unknown } = query.filters;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw new ConnectorError('rejected', `Odoo has no filter "${name}": there is "domain".`);
  if (!Array.isArray(domain)) throw new ConnectorError('rejected', 'The filter "domain" must be a list.');
  return allOf(await entity.domain(signal), domain);
}
