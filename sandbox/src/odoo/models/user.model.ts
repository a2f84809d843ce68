import type { Model, OdooVersion } from '../orm/model.types.ts';
import { MAIN_COMPANY } from './company.model.ts';
import { boolean, field, many2many, many2one, model } from './field.builders.ts';
import { ADMIN_PARTNER } from './partner.model.ts';
import { fixedRows } from './reference.models.ts';

export const ADMIN_UID = 2;

const HERE = { company_id: MAIN_COMPANY, company_ids: [MAIN_COMPANY] };

/** The uid of the user who may read partners but not orders (recordings 31 to 33). */
export function limitedUid(version: OdooVersion): number {
  return version === 18 ? 6 : 5;
}

export function userModel(version: OdooVersion, login: string): Model {
  return model({
    name: 'res.users',
    label: 'User',
    order: 'name, login',
    fields: {
      name: field('char', 'Name', { related: ['partner_id', 'name'] }),
      email: field('char', 'Email', { related: ['partner_id', 'email'] }),
      lang: field('char', 'Language', { related: ['partner_id', 'lang'] }),
      login: field('char', 'Login', { required: true, indexed: true }),
      partner_id: many2one('res.partner', 'Related Partner', { required: true, indexed: true }),
      company_id: many2one('res.company', 'Company', { required: true, initial: () => MAIN_COMPANY }),
      company_ids: { ...many2many('res.company', 'Companies'), initial: () => [MAIN_COMPANY] },
      tz: field('char', 'Timezone'),
      active: boolean('Active', true),
    },
    rows: fixedRows([
      { ...HERE, id: ADMIN_UID, login, partner_id: ADMIN_PARTNER, active: true, tz: 'Europe/Brussels' },
      {
        ...HERE,
        id: limitedUid(version),
        login: 'limited',
        partner_id: version === 18 ? 6 : 5,
        active: true,
        tz: null,
      },
    ]),
  });
}
