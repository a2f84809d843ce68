import Big from 'big.js';

/** A tax as Odoo computes it. A group is replaced by its children before. */
export interface SaleTax {
  readonly id: number;
  readonly name: string;
  /** percent, fixed or division. */
  readonly type: string;
  readonly amount: Big;
  readonly included: boolean;
  /** Later taxes are computed on the price and this tax. */
  readonly affectsBase: boolean;
  readonly baseAffected: boolean;
}

export interface TaxedPrice {
  readonly untaxed: Big;
  readonly taxes: readonly { readonly tax: SaleTax; readonly amount: Big }[];
}

/** To the currency's decimals, or not at all where only an order's sums are rounded. */
export type Round = (value: Big) => Big;

interface Step {
  readonly tax: SaleTax;
  /** The taxes that are computed together with this one. */
  readonly group: readonly SaleTax[];
  amount: Big | null;
  base: Big;
}

/**
 * Splits the price of a line into what is untaxed and each of its taxes, in their order, as Odoo 18 and 19 do. Fixed taxes come first; then
 * those included in the price, from the last to the first, each taking what the others leave; then those on top of it.
 */
export function taxedPrice(price: Big, quantity: Big, taxes: readonly SaleTax[], round: Round): TaxedPrice {
  const steps = stepsOf(taxes, price);
  const settle = (step: Step, amount: Big) => {
    step.amount = round(amount);
    share(step, step.amount, steps);
  };
  const backwards = [...steps].reverse();
  for (const step of backwards) if (step.tax.type === 'fixed') settle(step, quantity.times(step.tax.amount));
  for (const step of backwards) {
    if (step.tax.included && step.amount === null) {
      const whole = step.tax.type === 'division' ? new Big(100) : sumOf(step.group).plus(100);
      settle(step, step.base.times(step.tax.amount).div(whole));
    }
  }
  for (const step of steps) {
    if (step.amount === null) {
      const whole = step.tax.type === 'division' ? new Big(100).minus(sumOf(step.group)) : new Big(100);
      settle(step, step.base.times(step.tax.amount).div(whole.eq(0) ? 100 : whole));
    }
  }
  const done = steps.map(({ tax, amount }) => ({ tax, amount: amount ?? new Big(0) }));
  const included = done.filter(({ tax }) => tax.included);
  return { untaxed: included.reduce((rest, { amount }) => rest.minus(amount), price), taxes: done };
}

/** Neighbours of one kind are computed of one base: 7 % and 19 % in the price make 26 % of 126. */
function stepsOf(taxes: readonly SaleTax[], price: Big): Step[] {
  const groups: SaleTax[][] = [];
  for (const tax of [...taxes].reverse()) {
    const group = groups.at(-1);
    const next = group?.[0];
    const together =
      next !== undefined &&
      next.type === tax.type &&
      next.included === tax.included &&
      next.affectsBase === tax.affectsBase &&
      (!tax.affectsBase || !next.baseAffected);
    if (group && together) group.unshift(tax);
    else groups.push([tax]);
  }
  return groups.reverse().flatMap((group) => group.map((tax): Step => ({ tax, group, amount: null, base: price })));
}

/** What a tax that is known leaves for the others, or adds to them. */
function share({ tax, group }: Step, amount: Big, steps: readonly Step[]): void {
  const start = steps.findIndex((step) => group.includes(step.tax));
  for (const [i, step] of steps.entries()) {
    if (step.amount !== null || group.includes(step.tax)) continue;
    const later = i > start;
    if (tax.included && !(later && tax.affectsBase)) step.base = step.base.minus(amount);
    else if (!tax.included && later && tax.affectsBase && step.tax.baseAffected) step.base = step.base.plus(amount);
  }
}

const sumOf = (taxes: readonly SaleTax[]): Big => taxes.reduce((sum, { amount }) => sum.plus(amount), new Big(0));
