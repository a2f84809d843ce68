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

/** Users of the system itself are archived from the start (recording 870). */
const HIDDEN = { ...HERE, active: false, tz: null };

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
      { ...HIDDEN, id: 1, login: '__system__', partner_id: 2 },
      { ...HERE, id: ADMIN_UID, login, partner_id: ADMIN_PARTNER, active: true, tz: 'Europe/Brussels' },
      { ...HIDDEN, id: 3, login: 'public', partner_id: 4 },
      ...(version === 18 ? [{ ...HIDDEN, id: 4, login: 'portaltemplate', partner_id: 5 }] : []),
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
