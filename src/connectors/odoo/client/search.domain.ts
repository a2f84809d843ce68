import type { Domain } from '../api/odoo-api.types.ts';

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
