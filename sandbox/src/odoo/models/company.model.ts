import type { Model, OdooVersion } from '../orm/model.types.ts';
import { field, many2one, model } from './field.builders.ts';
import { COMPANY_PARTNER } from './partner.model.ts';
import { COUNTRY_US, fixedRows } from './reference.models.ts';

/** The company that exists from the start. */
export const MAIN_COMPANY = 1;

/** Companies. A new database rounds taxes per line on 18 and over the order on 19 (recording 910). */
export function companyModel(version: OdooVersion): Model {
  const ofPartner = (label: string, name: string) => field('char', label, { related: ['partner_id', name] });
  const rounding = version === 18 ? 'round_per_line' : 'round_globally';
  return model({
    name: 'res.company',
    label: 'Companies',
    order: 'sequence, name',
    fields: {
      // Its partner's, so that whoever renames the partner renames the company.
      name: ofPartner('Company Name', 'name'),
      email: ofPartner('Email', 'email'),
      phone: ofPartner('Phone', 'phone'),
      street: ofPartner('Street', 'street'),
      city: ofPartner('City', 'city'),
      zip: ofPartner('Zip', 'zip'),
      vat: ofPartner('Tax ID', 'vat'),
      partner_id: many2one('res.partner', 'Partner', { required: true, indexed: true }),
      currency_id: many2one('res.currency', 'Currency', { required: true, initial: () => 1 }),
      country_id: many2one('res.country', 'Country'),
      tax_calculation_rounding_method: field('selection', 'Tax Calculation Rounding Method', {
        selection: [
          ['round_per_line', 'Round per Line'],
          ['round_globally', 'Round Globally'],
        ],
        initial: () => rounding,
      }),
      account_price_include: field('selection', 'Default Sales Price Include', {
        selection: [
          ['tax_included', 'Tax Included'],
          ['tax_excluded', 'Tax Excluded'],
        ],
        required: true,
        initial: () => 'tax_excluded',
      }),
      account_sale_tax_id: many2one('account.tax', 'Default Sale Tax'),
      sequence: field('integer', 'Sequence', { initial: () => 10 }),
    },
    rows: fixedRows([
      {
        id: MAIN_COMPANY,
        partner_id: COMPANY_PARTNER,
        currency_id: 1,
        country_id: COUNTRY_US,
        tax_calculation_rounding_method: rounding,
        account_price_include: 'tax_excluded',
        account_sale_tax_id: 1,
        sequence: 0,
      },
    ]),
    // Odoo makes the company's partner.
    prepare(env, vals) {
      if (vals.partner_id) return vals;
      const partner = env.db.table('res.partner').nextId();
      const stamps = { create_date: env.now, write_date: env.now, create_uid: env.uid, write_uid: env.uid };
      env.db.put('res.partner', {
        ...stamps,
        id: partner,
        name: String(vals.name ?? ''),
        type: 'contact',
        is_company: true,
        active: true,
        customer_rank: 0,
        color: 0,
        lang: 'en_US',
      });
      return { ...vals, partner_id: partner };
    },
  });
}
