import Big from 'big.js';
import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrderLine } from '../../canonical/canonical.types.ts';
import { OdooFault } from '../api/odoo.fault.ts';
import type { Row } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { amountOf, bySequence, idOf, idsOf, text } from '../client/odoo.values.ts';
import type { SaleTax } from './amounts/tax.computation.ts';
import type { CompanyLookup } from './company.lookup.ts';
import { rateOf } from './tax.rate.ts';

const MODEL = 'account.tax';
const FIELDS = [
  'name',
  'amount',
  'amount_type',
  'price_include',
  'price_include_override',
  'include_base_amount',
  'is_base_affected',
  'children_tax_ids',
  'company_id',
  'sequence',
];

/** A tax to write on a line, and those that Odoo computes of it: itself, or the children of a group. */
export interface KnownTax {
  readonly id: number;
  readonly name: string;
  readonly parts: readonly SaleTax[];
  /** Odoo computes taxes in this order, then in that of their ids. */
  readonly sequence: number;
}

/** Sorts taxes as Odoo computes them. */
export const inSequence = (a: KnownTax, b: KnownTax): number => a.sequence - b.sequence || a.id - b.id;

/** The lines of an order, in a currency of so many decimals. */
export interface TaxedLines {
  readonly lines: readonly CanonicalOrderLine[];
  readonly decimals: number;
}

/** The taxes of lines, by their ids or by the names that the source gives them. */
export class TaxLookup {
  readonly #client: OdooClient;
  readonly #companies: CompanyLookup;
  readonly #byId = new Map<number, KnownTax>();

  constructor(client: OdooClient, companies: CompanyLookup) {
    this.#client = client;
    this.#companies = companies;
  }

  /** By name, for those that the company has. Of several with one name, the first in Odoo's order that has the rate. */
  async named(lines: readonly CanonicalOrderLine[], signal: AbortSignal): Promise<Map<string, KnownTax[]>> {
    const names = [...new Set(lines.flatMap(({ taxes }) => (taxes ?? []).map(({ name }) => name)))];
    if (names.length === 0) return new Map();
    const { id: company } = await this.#companies.load(signal);
    const domain = [
      ['name', 'in', names],
      ['type_tax_use', '=', 'sale'],
      ['active', '=', true],
    ];
    const rows = await this.#search(domain, signal);
    const known = await this.#known(rows, signal);
    const own = rows.some((row) => idOf(row.company_id) === company)
      ? known.filter((_, i) => idOf(rows[i]?.company_id) === company)
      : known;
    return Map.groupBy(own, ({ name }) => name);
  }

  async byIds(ids: readonly number[], signal: AbortSignal): Promise<ReadonlyMap<number, KnownTax>> {
    const missing = [...new Set(ids)].filter((id) => !this.#byId.has(id));
    if (missing.length > 0) await this.#known(await this.#search([['id', 'in', missing]], signal), signal);
    return this.#byId;
  }

  /**
   * Creates the tax of these lines, on top of the price, with the rate that the amounts leave no doubt about.
   * Throws ItemRefused when the settings do not allow it or the rate is not known.
   */
  async create(name: string, { lines, decimals }: TaxedLines, signal: AbortSignal): Promise<KnownTax> {
    const rate = rateOf(name, lines, decimals);
    const what = rate === null ? `"${name}"` : `"${name}" of ${rate} %`;
    if (this.#client.settings.unknownTaxes === 'refuse') {
      throw new ItemRefused('unknown_tax', `Odoo has no sales tax ${what}: create it, or allow the sync to.`);
    }
    if (rate === null) {
      const reason = 'its rate cannot be told from the amounts';
      throw new ItemRefused('unknown_tax', `Odoo has no sales tax ${what}, and ${reason}: create it there.`);
    }
    const infos = await this.#client.fields(MODEL, FIELDS, signal);
    const { companyId } = this.#client.settings;
    const values = {
      ...{ name, amount: Number(rate), amount_type: 'percent', type_tax_use: 'sale' },
      ...(infos.has('price_include_override') ? { price_include_override: 'tax_excluded' } : { price_include: false }),
      ...(companyId !== null && { company_id: companyId }),
    };
    try {
      const [id = 0] = await this.#client.create(MODEL, [values], signal);
      return (await this.byIds([id], signal)).get(id) ?? refuseTax(what);
    } catch (error) {
      if (error instanceof OdooFault && error.ofItem) refuseTax(what, error.message);
      throw error;
    }
  }

  async #search(domain: readonly unknown[], signal: AbortSignal): Promise<Row[]> {
    const infos = await this.#client.fields(MODEL, FIELDS, signal);
    const fields = FIELDS.filter((field) => infos.has(field));
    return (await this.#client.searchRead(MODEL, { domain, fields }, signal)).sort(bySequence);
  }

  async #known(rows: readonly Row[], signal: AbortSignal): Promise<KnownTax[]> {
    const childIds = rows.flatMap((row) => (row.amount_type === 'group' ? idsOf(row.children_tax_ids) : []));
    const children = childIds.length === 0 ? [] : await this.#search([['id', 'in', childIds]], signal);
    return rows.map((row) => {
      const mine = idsOf(row.children_tax_ids);
      const parts = row.amount_type === 'group' ? children.filter(({ id }) => mine.includes(Number(id))) : [row];
      const tax = {
        id: Number(row.id),
        name: text(row.name) ?? '',
        parts: parts.map(saleTax),
        sequence: Number(row.sequence ?? 1),
      };
      this.#byId.set(tax.id, tax);
      return tax;
    });
  }
}

function saleTax(row: Row): SaleTax {
  return {
    id: Number(row.id),
    name: text(row.name) ?? '',
    type: text(row.amount_type) ?? 'percent',
    // Read when it is used, so that what is no number is a problem of those orders alone that have the tax.
    get amount() {
      return new Big(amountOf(row.amount, 'account.tax.amount'));
    },
    included: row.price_include === true,
    affectsBase: row.include_base_amount === true,
    baseAffected: row.is_base_affected !== false,
  };
}

function refuseTax(what: string, reason = 'Odoo does not show it'): never {
  throw new ItemRefused('unknown_tax', `The sales tax ${what} cannot be created in Odoo: ${reason}`);
}
