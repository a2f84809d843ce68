import Big from 'big.js';
import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrder, CanonicalOrderLine } from '../../canonical/canonical.types.ts';
import type { ItemProblem } from '../../contract/connector.types.ts';
import type { Row, Values } from '../api/odoo-api.types.ts';
import type { FieldInfos, OdooClient } from '../client/odoo.client.ts';
import { amountOf, idOf, idsOf } from '../client/odoo.values.ts';
import { type ExpectedTotals, planSale } from './amounts/sale.plan.ts';
import type { Arithmetic, PricedLine } from './amounts/sale.totals.ts';
import type { SaleTax } from './amounts/tax.computation.ts';
import type { CompanyLookup } from './company.lookup.ts';
import type { CurrencyLookup } from './currency.lookup.ts';
import { lineCommands } from './line.commands.ts';
import { type LineIdentity, matchRows } from './line.matching.ts';
import { LineProducts } from './line.products.ts';
import type { OrderPartsReader } from './order-parts.reader.ts';
import { inSequence, type KnownTax, type TaxedLines, type TaxLookup } from './tax.lookup.ts';

/** An order whose lines are written. */
export interface SaleRequest {
  /** With the totals that the lines must come to. */
  readonly order: CanonicalOrder;
  /** The source at the last sync; null when that is not known, undefined when all rows are the source's. */
  readonly before: CanonicalOrder | null | undefined;
  /** The lines that Odoo has. */
  readonly rows: readonly Row[];
  readonly confirmed: boolean;
}

export interface PreparedSale {
  /** Of the field `order_line`; empty when the lines are as they should be. */
  readonly commands: readonly unknown[];
  readonly expected: ExpectedTotals;
  /** See SalePlan. */
  readonly told: ItemProblem | null;
}

/** Each reads once a session. */
export interface Lookups {
  readonly companies: CompanyLookup;
  readonly currencies: CurrencyLookup;
  readonly taxes: TaxLookup;
  readonly parts: OrderPartsReader;
}

/** Prepares the lines of the orders of a batch. Loads what they refer to in a few calls. */
export class SalePreparer {
  readonly #client: OdooClient;
  readonly #lookups: Lookups;
  #products: LineProducts | null = null;
  #taxes = new Map<string, KnownTax[]>();
  #knownTaxes: ReadonlyMap<number, KnownTax> = new Map();
  #infos: FieldInfos = new Map();

  constructor(client: OdooClient, lookups: Lookups) {
    this.#client = client;
    this.#lookups = lookups;
  }

  async load(requests: readonly SaleRequest[], signal: AbortSignal): Promise<void> {
    const lines = requests.flatMap(({ order }) => order.lines ?? []);
    const before = requests.flatMap((request) => request.before?.lines ?? []);
    this.#infos = await this.#lookups.parts.infos(signal);
    this.#products =
      lines.length + before.length === 0 ? null : await LineProducts.find(this.#client, lines, before, signal);
    this.#taxes = await this.#lookups.taxes.named(lines, signal);
    const present = requests.flatMap(({ rows }) => rows.flatMap((row) => idsOf(row[this.#taxField])));
    this.#knownTaxes = await this.#lookups.taxes.byIds(present, signal);
  }

  /** Throws ItemRefused when the order cannot be written as it is. */
  async prepare({ order, before, rows, confirmed }: SaleRequest, signal: AbortSignal): Promise<PreparedSale> {
    const lines = order.lines ?? [];
    const sold = new Set(rows.flatMap((row) => idOf(row.product_id) ?? []));
    const products = lines.map((line) => this.#productsOf().require(line, sold));
    const arithmetic = await this.#arithmetic(order, signal);
    const taxes = await this.#taxesOf({ lines, decimals: arithmetic.decimals }, signal);
    const matched = matchRows(
      lines.map((line, i) => identity(line, products[i] ?? null)),
      before && (before.lines ?? []).map((line) => identity(line, this.#productsOf().idOf(line))),
      rows.filter((row) => !this.#isRounding(row)),
    );
    const facts = {
      arithmetic,
      digits: this.#digits(),
      taxesOf: (line: CanonicalOrderLine) => partsOf(taxes.get(line) ?? []),
    };
    // Without the last sync it is not known whose the other rows are, so they count as a difference.
    const others = before ? matched.others.map((row) => this.#pricedRow(row)) : [];
    const plan = planSale(order, others, facts);
    if (plan.problem && this.#client.settings.totalsDiffer === 'fail') {
      throw new ItemRefused(plan.problem.error_class, plan.problem.message);
    }
    const own = lines.map((line, i) => ({
      ...{ product_id: products[i] ?? 0, name: line.name },
      ...this.#amounts(plan.lines[i]),
      ...(line.taxes && this.#taxValues((taxes.get(line) ?? []).map(({ id }) => id))),
    }));
    const roundings = await this.#roundings(plan.rounding, rows, signal);
    const kept = { rows: [...matched.rows, ...roundings.rows], gone: [...matched.gone, ...roundings.gone], others: [] };
    return {
      commands: lineCommands([...own, ...roundings.values], kept, confirmed),
      expected: plan.expected,
      told: plan.told,
    };
  }

  /** Rows of rounding belong to us alone: each is taken for another amount, or goes. */
  async #roundings(lines: readonly PricedLine[], present: readonly Row[], signal: AbortSignal) {
    const rows = present.filter((row) => this.#isRounding(row));
    const product = lines.length === 0 ? 0 : await this.#productsOf().placeholder('rounding', signal);
    const values = lines.map((line) => ({
      ...{ product_id: product, name: 'Rounding' },
      ...this.#amounts(line),
      ...this.#taxValues(line.taxes.map(({ id }) => id)),
    }));
    return { values, rows: lines.map((_, i) => rows[i] ?? null), gone: rows.slice(lines.length) };
  }

  #isRounding(row: Row): boolean {
    const product = this.#products?.rounding ?? null;
    return product !== null && idOf(row.product_id) === product;
  }

  /** The taxes of each line, in Odoo's order. Creates those that Odoo does not have. */
  async #taxesOf(order: TaxedLines, signal: AbortSignal) {
    const { lines } = order;
    const taxes = new Map<CanonicalOrderLine, readonly KnownTax[]>();
    for (const line of lines) {
      const found: KnownTax[] = [];
      for (const name of new Set((line.taxes ?? []).map((tax) => tax.name))) {
        const known = fitting(this.#taxes.get(name) ?? [], line, name);
        if (known) found.push(known);
        // A tax of nothing, such as that of free shipping, adds nothing, and its rate cannot be told.
        else if (lines.some((one) => hasTax(one, name) && !(isZero(one.total) && isZero(taxOf(one, name))))) {
          const created = await this.#lookups.taxes.create(name, order, signal);
          this.#taxes.set(name, [created]);
          found.push(created);
        }
      }
      taxes.set(line, found.sort(inSequence));
    }
    return taxes;
  }

  async #arithmetic({ currency }: CanonicalOrder, signal: AbortSignal): Promise<Arithmetic> {
    const { perLine } = await this.#lookups.companies.load(signal);
    const { major } = await this.#client.version(signal);
    return { decimals: await this.#lookups.currencies.decimalsOf(currency, signal), perLine, major };
  }

  #digits() {
    const of = (name: string) => this.#infos.get(name)?.decimals ?? 2;
    const discount = this.#infos.has('discount') ? of('discount') : null;
    return { price: of('price_unit'), discount, quantity: of('product_uom_qty') };
  }

  #pricedRow(row: Row): PricedLine {
    const number = (name: string) => new Big(name in row ? amountOf(row[name], `order_line.${name}`) : 0);
    const taxes = idsOf(row[this.#taxField]).flatMap((id) => this.#knownTaxes.get(id) ?? []);
    return {
      quantity: number('product_uom_qty'),
      price: number('price_unit'),
      discount: number('discount'),
      taxes: partsOf(taxes.sort(inSequence)),
    };
  }

  /** A user without the right to give discounts has no such field. */
  #amounts(line: PricedLine | undefined): Values {
    return {
      product_uom_qty: Number(line?.quantity ?? 0),
      price_unit: Number(line?.price ?? 0),
      ...(this.#infos.has('discount') && { discount: Number(line?.discount ?? 0) }),
    };
  }

  #taxValues(ids: readonly number[]): Values {
    return { [this.#taxField]: [[6, 0, [...ids]]] };
  }

  /** `tax_id` until 18, `tax_ids` from 19 on. */
  get #taxField(): string {
    return this.#infos.has('tax_ids') ? 'tax_ids' : 'tax_id';
  }

  #productsOf(): LineProducts {
    if (!this.#products) throw new Error('the lines were not loaded');
    return this.#products;
  }
}

const partsOf = (taxes: readonly KnownTax[]): SaleTax[] => taxes.flatMap(({ parts }) => parts);
const isZero = (amount: string): boolean => new Big(amount).eq(0);
const hasTax = (line: CanonicalOrderLine, name: string): boolean => (line.taxes ?? []).some((tax) => tax.name === name);
const taxOf = (line: CanonicalOrderLine, name: string): string =>
  line.taxes?.find((tax) => tax.name === name)?.total ?? '0';

function identity({ name, quantity }: CanonicalOrderLine, product: number | null): LineIdentity {
  return { product, name, quantity: Number(quantity) };
}

/** Of several taxes with one name, the one whose rate makes the line's amount; otherwise the first. */
function fitting(taxes: readonly KnownTax[], line: CanonicalOrderLine, name: string): KnownTax | undefined {
  if (taxes.length < 2) return taxes[0];
  const net = new Big(line.total);
  const amount = new Big(taxOf(line, name));
  const miss = ({ parts }: KnownTax) =>
    parts
      .reduce((sum, { amount: rate }) => sum.plus(rate), new Big(0))
      .times(net)
      .div(100)
      .minus(amount)
      .abs();
  return [...taxes].sort((a, b) => miss(a).cmp(miss(b)))[0];
}
