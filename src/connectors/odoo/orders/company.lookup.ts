import type { Row } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { idOf, labelOf } from '../client/odoo.values.ts';

/** The company that new orders belong to. */
export interface Company {
  readonly id: number | null;
  /** ISO 4217; null when Odoo does not say. */
  readonly currency: string | null;
  /** Each line is rounded, otherwise only the sums of an order. */
  readonly perLine: boolean;
  /** Its taxes are included in prices, where a tax does not say otherwise. False before 18, where each tax says so. */
  readonly pricesWithTax: boolean;
}

/** Reads the company of the settings, otherwise the user's own, once a session. */
export class CompanyLookup {
  readonly #client: OdooClient;
  #found: Promise<Company> | null = null;

  constructor(client: OdooClient) {
    this.#client = client;
  }

  load(signal: AbortSignal): Promise<Company> {
    this.#found ??= this.#read(signal).catch((error) => {
      this.#found = null;
      throw error;
    });
    return this.#found;
  }

  async #read(signal: AbortSignal): Promise<Company> {
    const id = this.#client.settings.companyId ?? (await this.#ownId(signal));
    const mine = id === null ? [] : [['id', '=', id]];
    const fields = ['currency_id', 'tax_calculation_rounding_method', 'account_price_include'];
    const infos = await this.#client.fields('res.company', fields, signal);
    const known = fields.filter((name) => infos.has(name));
    const row = await this.#client.firstReadable('res.company', { domain: mine, fields: known }, signal);
    const method = row?.tax_calculation_rounding_method;
    const { major } = await this.#client.version(signal);
    return {
      id: row ? Number(row.id) : id,
      currency: row ? labelOf(row.currency_id) : null,
      // The default of a new company changed with 19.
      perLine: typeof method === 'string' ? method === 'round_per_line' : major < 19,
      pricesWithTax: row?.account_price_include === 'tax_included',
    };
  }

  async #ownId(signal: AbortSignal): Promise<number | null> {
    const { uid } = await this.#client.user(signal);
    if (uid === null) return null;
    const search = { domain: [['id', '=', uid]], fields: ['company_id'] };
    const row: Row | null = await this.#client.firstReadable('res.users', search, signal);
    return row && idOf(row.company_id);
  }
}
