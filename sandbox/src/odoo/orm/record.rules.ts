import type { Environment } from './model.types.ts';
import { accessError } from './odoo.error.ts';
import { idsIn } from './relation.ids.ts';

/** The models whose records a company may own. */
const OF_COMPANIES: ReadonlySet<string> = new Set(['res.partner', 'sale.order', 'account.tax', 'product.pricelist']);

/**
 * Whether a record rule keeps the record from the user (recordings 301 to 308), or one of Odoo's own since it belongs to a company that the
 * user may not work in, or that the call leaves out (recordings 331 to 338). Odoo's own code passes over rules.
 */
export function isHidden(env: Environment, model: string, id: number): boolean {
  if (env.internal) return false;
  return env.db.hidden.get(model)?.has(id) === true || isOfAnotherCompany(env, model, id);
}

export function hidesAny(env: Environment, model: string): boolean {
  return !env.internal && ((env.db.hidden.get(model)?.size ?? 0) > 0 || hasCompanies(env, model));
}

/** With one company, nothing belongs to another. */
const hasCompanies = (env: Environment, model: string): boolean =>
  OF_COMPANIES.has(model) && env.db.table('res.company').keptSortedBy('id').length > 1;

function isOfAnotherCompany(env: Environment, model: string, id: number): boolean {
  if (!hasCompanies(env, model)) return false;
  const company = env.db.table(model).value(id, 'company_id');
  if (typeof company !== 'number') return false;
  const { allowed_company_ids: allowed } = env.context;
  const companies = Array.isArray(allowed) ? allowed : idsIn(env.db.table('res.users').value(env.uid, 'company_ids'));
  return !companies.includes(company) && !(model === 'res.partner' && isOfUser(env, id));
}

/** The partner of an internal user is everybody's. */
function isOfUser(env: Environment, partner: number): boolean {
  const users = env.db.table('res.users');
  return users.keptSortedBy('id').some((id) => users.value(id, 'partner_id') === partner);
}

/** Refuses all of them when one is hidden. A record that does not exist is not hidden. */
export function requireVisible(env: Environment, model: string, ids: readonly number[], operation: string): void {
  const found = ids.find((id) => isHidden(env, model, id) && env.db.table(model).has(id));
  if (found === undefined) return;
  throw accessError(
    'Uh-oh! Looks like you have stumbled upon some top-secret records.\n\n' +
      `Sorry, this user (id=${env.uid}) doesn't have '${operation}' access to:\n` +
      `- ${env.db.model(model).label} (${model}: ${found})\n\n` +
      'If you really, really need access, perhaps you can win over your friendly administrator with a batch of freshly baked cookies.',
  );
}
