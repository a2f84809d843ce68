import type { Database, Environment, Model } from '../orm/model.types.ts';
import { boolean, field, many2many, many2one, model } from './field.builders.ts';
import { fixedRows } from './reference.models.ts';

const STANDARD = {
  amount_type: 'percent',
  price_include_override: null,
  include_base_amount: false,
  is_base_affected: true,
  sequence: 1,
  company_id: 1,
  active: true,
} as const;

/** Taxes. Whether one is included in prices is its own override or the company's rule; `price_include` only shows it (recording 204). */
export function taxModel(): Model {
  return model({
    name: 'account.tax',
    label: 'Tax',
    order: 'sequence, id',
    fields: {
      name: field('char', 'Tax Name', { required: true, translated: true }),
      amount: field('float', 'Amount', { required: true, digits: [16, 4], initial: () => 0 }),
      amount_type: field('selection', 'Tax Computation', {
        selection: [
          ['group', 'Group of Taxes'],
          ['fixed', 'Fixed'],
          ['percent', 'Percentage'],
          ['division', 'Percentage Tax Included'],
        ],
        initial: () => 'percent',
      }),
      children_tax_ids: many2many('account.tax', 'Children Taxes'),
      type_tax_use: field('selection', 'Tax Type', {
        selection: [
          ['sale', 'Sales'],
          ['purchase', 'Purchases'],
          ['none', 'None'],
        ],
        initial: () => 'sale',
      }),
      price_include_override: field('selection', 'Included in Price', {
        selection: [
          ['tax_included', 'Tax Included'],
          ['tax_excluded', 'Tax Excluded'],
        ],
      }),
      price_include: {
        ...field('boolean', 'Price Include', { compute: (env, id) => isIncluded(env.db, id) }),
        // A client's value is ignored. `admin` may say it in one word.
        assign(env: Environment, id: number, value: unknown) {
          if (!env.internal) return;
          env.db.patch(env, 'account.tax', id, { price_include_override: value ? 'tax_included' : 'tax_excluded' });
        },
      },
      include_base_amount: boolean('Affect Base of Subsequent Taxes', false),
      is_base_affected: boolean('Base Affected by Previous Taxes', true),
      company_id: many2one('res.company', 'Company', { required: true, initial: () => 1 }),
      sequence: field('integer', 'Sequence', { initial: () => 1 }),
      active: boolean('Active', true),
    },
    rows: fixedRows([
      { ...STANDARD, id: 1, name: '15%', amount: 15, type_tax_use: 'sale' },
      { ...STANDARD, id: 2, name: '15%', amount: 15, type_tax_use: 'purchase' },
      { ...STANDARD, id: 3, name: '19%', amount: 19, type_tax_use: 'sale' },
    ]),
  });
}

export function isIncluded(db: Database, tax: number): boolean {
  const table = db.table('account.tax');
  const own = table.value(tax, 'price_include_override');
  const company = Number(table.value(tax, 'company_id') ?? 1);
  return (own ?? db.table('res.company').value(company, 'account_price_include')) === 'tax_included';
}
