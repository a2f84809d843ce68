import { installedLanguages } from '../models/language.model.ts';
import type { Environment } from '../orm/model.types.ts';
import { accessError, userError } from '../orm/odoo.error.ts';
import { idsIn } from '../orm/relation.ids.ts';

/** Any call fails when its context names a language that is not installed or a company that is not the user's (recordings 406 to 409). */
export function checkContext(env: Environment): void {
  const { lang, allowed_company_ids: companies } = env.context;
  if (typeof lang === 'string' && lang !== '' && !installedLanguages(env.db).some(([code]) => code === lang)) {
    throw userError(`Invalid language code: ${lang}`);
  }
  if (!Array.isArray(companies)) return;
  const own = idsIn(env.db.table('res.users').value(env.uid, 'company_ids'));
  if (companies.some((id) => !own.includes(id))) throw accessError('Access to unauthorized or invalid companies.');
}
