import { Big } from 'big.js';
import type { Environment } from '../orm/model.types.ts';
import { idsIn } from '../orm/relation.ids.ts';
import { isIncluded } from './tax.model.ts';

/** What the computation needs to know of a tax. */
interface Tax {
  readonly id: number;
  readonly type: string;
  readonly amount: Big;
  readonly included: boolean;
  /** Later taxes are computed on the base and this tax. */
  readonly affectsBase: boolean;
  readonly baseAffected: boolean;
}

interface Computed {
  readonly tax: Tax;
  readonly batch: readonly Tax[];
  amount: Big | null;
  /** What other taxes add to the amount that this one is computed of, and to the base it shows. */
  extraForTax: Big;
  extraForBase: Big;
}

export interface TaxedAmount {
  /** Without any tax. */
  readonly excluded: Big;
  readonly included: Big;
  readonly taxes: readonly { readonly id: number; readonly amount: Big; readonly included: boolean }[];
}

/** Half away from zero, or not at all where only the order's sum is rounded. */
export type Round = (value: Big) => Big;

/**
 * The taxes of one price, as `account.tax` of 18 and 19 computes them: first the fixed ones, then those included in the price from the
 * last to the first, then the others in their order; each changes what is left for the others. Held against totals.json.
 */
export function computeTaxes(
  env: Environment,
  taxIds: readonly number[],
  quantity: Big,
  price: Big,
  round: Round,
): TaxedAmount {
  const taxes = flattened(env, taxIds);
  const states = batched(taxes);
  const evaluate = (state: Computed, amountOf: (state: Computed, base: Big) => Big | null) => {
    if (state.amount !== null) return;
    const amount = amountOf(state, price.plus(state.extraForTax));
    if (amount === null) return;
    state.amount = round(amount);
    propagate(state, state.amount, states);
  };
  const backwards = [...states].reverse();
  for (const state of backwards)
    evaluate(state, ({ tax }) => (tax.type === 'fixed' ? quantity.times(tax.amount) : null));
  for (const state of backwards) evaluate(state, (one, base) => (one.tax.included ? includedIn(one, base) : null));
  for (const state of states) evaluate(state, onTopOf);
  const first = states[0];
  const excluded = first ? shownBase(first, price, states) : price;
  const amounts = states.map(({ tax, amount }) => ({ id: tax.id, included: tax.included, amount: amount ?? ZERO }));
  return { excluded, included: amounts.reduce((sum, { amount }) => sum.plus(amount), excluded), taxes: amounts };
}

const ZERO = new Big(0);

/** In the order of their sequence; a group stands for its children. */
function flattened(env: Environment, ids: readonly number[]): Tax[] {
  const table = env.db.table('account.tax');
  const sequence = (id: number) => Number(table.value(id, 'sequence') ?? 1);
  const sorted = [...ids].sort((a, b) => sequence(a) - sequence(b) || a - b);
  return sorted.flatMap((id) => {
    const type = String(table.value(id, 'amount_type'));
    if (type === 'group') return flattened(env, idsIn(table.value(id, 'children_tax_ids')));
    return {
      id,
      type,
      amount: new Big(Number(table.value(id, 'amount') ?? 0)),
      included: isIncluded(env.db, id),
      affectsBase: table.value(id, 'include_base_amount') === true,
      baseAffected: table.value(id, 'is_base_affected') !== false,
    };
  });
}

/** Taxes of one kind that follow each other are computed of one base. */
function batched(taxes: readonly Tax[]): Computed[] {
  const batches: Tax[][] = [];
  for (const tax of [...taxes].reverse()) {
    const batch = batches.at(-1);
    const next = batch?.[0];
    const together =
      next?.type === tax.type &&
      next.included === tax.included &&
      next.affectsBase === tax.affectsBase &&
      (!tax.affectsBase || !next.baseAffected);
    if (batch && together) batch.unshift(tax);
    else batches.push([tax]);
  }
  return batches
    .reverse()
    .flatMap((batch) =>
      batch.map((tax) => ({ tax, batch, amount: null, extraForTax: ZERO, extraForBase: ZERO }) satisfies Computed),
    );
}

function includedIn({ tax, batch }: Computed, base: Big): Big | null {
  if (tax.type === 'division') return base.times(tax.amount).div(100);
  return base.times(tax.amount).div(sumOf(batch).plus(100));
}

function onTopOf({ tax, batch }: Computed, base: Big): Big {
  if (tax.type !== 'division') return base.times(tax.amount).div(100);
  const rest = new Big(100).minus(sumOf(batch));
  return base.times(tax.amount).div(rest.eq(0) ? 100 : rest);
}

const sumOf = (batch: readonly Tax[]) => batch.reduce((sum, { amount }) => sum.plus(amount), ZERO);

function propagate({ tax, batch }: Computed, amount: Big, states: readonly Computed[]): void {
  const first = states.findIndex((state) => batch.includes(state.tax));
  const before = states.slice(0, first);
  const after = states.slice(first).filter((state) => !batch.includes(state.tax));
  const add = (state: Computed, extra: Big) => {
    if (state.amount === null) state.extraForTax = state.extraForTax.plus(extra);
    state.extraForBase = state.extraForBase.plus(extra);
  };
  if (tax.included) {
    for (const state of before) add(state, amount.neg());
    if (tax.affectsBase) return;
    for (const state of after) add(state, amount.neg());
  } else if (tax.affectsBase) {
    for (const state of after) if (state.tax.baseAffected) add(state, amount);
  }
}

function shownBase({ tax, batch, extraForBase }: Computed, price: Big, states: readonly Computed[]): Big {
  const base = price.plus(extraForBase);
  if (!tax.included) return base;
  return states.reduce((rest, state) => (batch.includes(state.tax) ? rest.minus(state.amount ?? ZERO) : rest), base);
}
