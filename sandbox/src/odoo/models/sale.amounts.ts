import { Big } from 'big.js';
import type { Environment, OdooVersion } from '../orm/model.types.ts';
import { idsIn } from '../orm/relation.ids.ts';
import { decimalPlaces } from './currency.models.ts';
import { computeTaxes, type Round, type TaxedAmount } from './tax.computation.ts';

interface LineAmounts {
  readonly subtotal: Big;
  readonly total: Big;
}

interface OrderAmounts {
  readonly untaxed: Big;
  readonly tax: Big;
}

/** The field of a line that holds its taxes. */
export function taxField(version: OdooVersion): 'tax_id' | 'tax_ids' {
  return version === 18 ? 'tax_id' : 'tax_ids';
}

/** The amounts that a line shows. Rounded over the order, they need not add up to the order's. */
export function lineAmounts(env: Environment, line: number): LineAmounts {
  const order = Number(env.db.table('sale.order.line').value(line, 'order_id'));
  const { round, perLine } = roundingOf(env, order);
  const { excluded, included, taxes } = taxed(env, line, perLine ? round : exact);
  const subtotal = round(excluded);
  // 19 adds up what it shows, 18 rounds the sum.
  if (perLine || env.version === 18) return { subtotal, total: round(included) };
  return { subtotal, total: taxes.reduce((sum, { amount }) => sum.plus(round(amount)), subtotal) };
}

/** An order's amounts: the sums of its lines, or rounded once where the company rounds over the order. */
export function orderAmounts(env: Environment, order: number): OrderAmounts {
  const { round, perLine } = roundingOf(env, order);
  const ids = idsIn(env.db.read(env, 'sale.order', order, 'order_line'));
  const lines = ids.map((id) => taxed(env, id, perLine ? round : exact));
  const sum = (values: readonly Big[]) => values.reduce((all, value) => all.plus(value), new Big(0));
  if (perLine) {
    return {
      untaxed: sum(lines.map(({ excluded }) => excluded)),
      tax: sum(lines.map(({ excluded, included }) => included.minus(excluded))),
    };
  }
  const all = lines.flatMap(({ taxes }) => taxes);
  const byTax = Map.groupBy(all, ({ id }) => id);
  const tax = sum([...byTax.values()].map((amounts) => round(sum(amounts.map(({ amount }) => amount)))));
  // Where every tax is in the price, 19 keeps the price whole and takes the tax out of it.
  if (env.version === 19 && all.every(({ included }) => included)) {
    return { untaxed: round(sum(lines.map(({ included }) => included))).minus(tax), tax };
  }
  return { untaxed: round(sum(lines.map(({ excluded }) => excluded))), tax };
}

function taxed(env: Environment, line: number, round: Round): TaxedAmount {
  const table = env.db.table('sale.order.line');
  const number = (field: string) => new Big(Number(table.value(line, field) ?? 0));
  const quantity = number('product_uom_qty');
  const rest = new Big(100).minus(number('discount')).div(100);
  const price = round(quantity.times(number('price_unit')).times(rest));
  return computeTaxes(env, idsIn(table.value(line, taxField(env.version))), quantity, price, round);
}

const exact: Round = (value) => value;

/** By the company's method, to the decimals of the order's currency, half away from zero. */
function roundingOf(env: Environment, order: number): { round: Round; perLine: boolean } {
  const value = (model: string, id: unknown, field: string) => env.db.table(model).value(Number(id), field);
  const decimals = decimalPlaces(env.db, Number(value('sale.order', order, 'currency_id') ?? 1));
  const method = value('res.company', value('sale.order', order, 'company_id') ?? 1, 'tax_calculation_rounding_method');
  return { round: (amount) => amount.round(decimals, Big.roundHalfUp), perLine: method !== 'round_globally' };
}
