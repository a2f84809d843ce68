import type { Principal } from '../auth/principal.ts';
import { idFault } from '../common/identity.ts';
import { Problem } from '../common/problem.ts';

/**
 * The organization a request is for: the principal's, or for a key of every organization the one named in X-Org-Id or orgId.
 * Undefined when such a key names none. Throws when another organization than the principal's is named, or two.
 */
export function organizationOf(
  principal: Principal,
  named: { readonly header: unknown; readonly query: unknown },
): string | undefined {
  const fields = [
    { value: named.header, field: { header: 'X-Org-Id' } },
    { value: named.query, field: { parameter: 'orgId' } },
  ];
  let organization = principal.orgId ?? undefined;
  for (const { value, field } of fields) {
    if (value === undefined) continue;
    const fault = idFault(value);
    if (typeof value !== 'string' || fault) {
      const detail = `must name one organization: it ${fault}`;
      throw new Problem('malformed-request', `${field.header ?? field.parameter} ${detail}.`, {
        errors: [{ ...field, detail }],
      });
    }
    if (organization !== undefined && value !== organization) {
      const detail = principal.orgId
        ? 'is not the organization of your credentials'
        : 'names another organization than X-Org-Id';
      throw new Problem('other-organization', `${field.header ?? field.parameter} ${detail}.`, {
        errors: [{ ...field, detail }],
      });
    }
    organization = value;
  }
  return organization;
}
