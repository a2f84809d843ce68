import type { Database, Environment, Model } from '../orm/model.types.ts';
import { boolean, field, many2one, model } from './field.builders.ts';
import { fixedRows } from './reference.models.ts';

const ACTIVE = [
  { id: 1, name: 'USD', symbol: '$', rounding: 0.01 },
  { id: 125, name: 'EUR', symbol: '€', rounding: 0.01 },
  { id: 142, name: 'GBP', symbol: '£', rounding: 0.01 },
  { id: 25, name: 'JPY', symbol: '¥', rounding: 1 },
  { id: 93, name: 'KWD', symbol: 'KD', rounding: 0.001 },
  { id: 130, name: 'TND', symbol: 'DT', rounding: 0.001 },
] as const;

/** Currencies (recording 928), all with the rate 1, and a pricelist without rules in each active one. */
export function currencyModels(): Model[] {
  return [
    model({
      name: 'res.currency',
      label: 'Currency',
      order: 'active desc, name, id',
      fields: {
        name: field('char', 'Currency', { required: true, indexed: true }),
        symbol: field('char', 'Symbol', { required: true }),
        rounding: field('float', 'Rounding Factor', { digits: [12, 6], initial: () => 0.01 }),
        decimal_places: field('integer', 'Decimal Places', { compute: (env, id) => decimalPlaces(env.db, id) }),
        active: boolean('Active', true),
      },
      rows: fixedRows([
        ...ACTIVE.map((currency) => ({ ...currency, active: true })),
        { id: 4, name: 'CHF', symbol: 'CHF', rounding: 0.01, active: false },
      ]),
    }),
    model({
      name: 'product.pricelist',
      label: 'Pricelist',
      order: 'sequence, id, name',
      displayName: (env, id) => {
        const table = env.db.table('product.pricelist');
        const currency = env.db.table('res.currency').value(Number(table.value(id, 'currency_id')), 'name');
        return `${String(table.value(id, 'name'))} (${String(currency)})`;
      },
      fields: {
        name: field('char', 'Pricelist Name', { required: true }),
        currency_id: many2one('res.currency', 'Currency', { required: true, initial: companyCurrency }),
        company_id: many2one('res.company', 'Company'),
        active: boolean('Active', true),
        sequence: field('integer', 'Sequence', { initial: () => 16 }),
      },
      rows: fixedRows(
        ACTIVE.map(({ id, name }, i) => ({ id: i + 1, name, currency_id: id, active: true, sequence: 16 })),
      ),
    }),
  ];
}

function companyCurrency(env: Environment): number {
  return Number(env.db.table('res.company').value(1, 'currency_id') ?? 1);
}

/** 0 for JPY, 2 for USD, 3 for KWD. */
export function decimalPlaces(db: Database, currency: number): number {
  const rounding = Number(db.table('res.currency').value(currency, 'rounding') ?? 0.01);
  return rounding >= 1 ? 0 : Math.ceil(-Math.log10(rounding) - 1e-9);
}
