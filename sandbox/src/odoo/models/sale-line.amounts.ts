import { Big } from 'big.js';
import type { Environment, OdooVersion } from '../orm/model.types.ts';
import { idsIn } from '../orm/relation.ids.ts';

export interface LineAmounts {
  subtotal: Big;
  tax: Big;
}

/** The field of a line that holds its taxes. */
export function taxField(version: OdooVersion): 'tax_id' | 'tax_ids' {
  return version === 18 ? 'tax_id' : 'tax_ids';
}

/** The amounts of a line, rounded to the cent: quantity × price less discount, and the taxes on that. */
export function lineAmounts(env: Environment, line: number): LineAmounts {
  const table = env.db.table('sale.order.line');
  const number = (field: string) => new Big(Number(table.value(line, field) ?? 0));
  const rest = new Big(100).minus(number('discount')).div(100);
  const subtotal = number('product_uom_qty').times(number('price_unit')).times(rest).round(2, Big.roundHalfUp);
  const taxes = idsIn(table.value(line, taxField(env.version)));
  const tax = taxes.reduce((sum, id) => {
    const rate = new Big(Number(env.db.table('account.tax').value(id, 'amount') ?? 0)).div(100);
    return sum.plus(subtotal.times(rate).round(2, Big.roundHalfUp));
  }, new Big(0));
  return { subtotal, tax };
}

/** The sums of an order's lines. */
export function orderAmounts(env: Environment, order: number): LineAmounts {
  const lines = idsIn(env.db.read(env, 'sale.order', order, 'order_line'));
  const none = { subtotal: new Big(0), tax: new Big(0) };
  return lines.reduce((sum, line) => {
    const { subtotal, tax } = lineAmounts(env, line);
    return { subtotal: sum.subtotal.plus(subtotal), tax: sum.tax.plus(tax) };
  }, none);
}
