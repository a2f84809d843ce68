import type { Model } from '../orm/model.types.ts';
import { boolean, field, model } from './field.builders.ts';
import { fixedRows } from './reference.models.ts';

export function taxModel(): Model {
  return model({
    name: 'account.tax',
    label: 'Tax',
    order: 'sequence, id',
    fields: {
      name: field('char', 'Tax Name', { required: true }),
      amount: field('float', 'Amount', { required: true }),
      amount_type: field('selection', 'Tax Computation', {
        selection: [
          ['percent', 'Percentage'],
          ['fixed', 'Fixed'],
        ],
        initial: () => 'percent',
      }),
      type_tax_use: field('selection', 'Tax Type', {
        selection: [
          ['sale', 'Sales'],
          ['purchase', 'Purchases'],
        ],
        initial: () => 'sale',
      }),
      price_include: boolean('Included in Price', false),
      sequence: field('integer', 'Sequence', { initial: () => 1 }),
      active: boolean('Active', true),
    },
    rows: fixedRows(
      [
        { id: 1, name: '15%', amount: 15, type_tax_use: 'sale' },
        { id: 2, name: '15%', amount: 15, type_tax_use: 'purchase' },
        { id: 3, name: '19%', amount: 19, type_tax_use: 'sale' },
      ].map((tax) => ({ ...tax, amount_type: 'percent', price_include: false, sequence: 1, active: true })),
    ),
  });
}
