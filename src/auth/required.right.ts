import { Problem } from '../common/problem.ts';
import type { Principal } from './principal.ts';
import { hasRight, type Right } from './rights.ts';

/**
 * Throws missing-scope, which names the right that is missing and the scope that gives it. `when` says for what of the request it is asked, where the
 * operation alone does not say so.
 */
export function requireRight({ scopes }: Pick<Principal, 'scopes'>, right: Right, when = 'This'): void {
  if (hasRight(scopes, right)) return;
  throw new Problem(
    'missing-scope',
    `${when} needs the right ${right}, which the scope sync:${right} gives; your scopes: ${scopes.join(' ') || 'none'}.`,
  );
}
