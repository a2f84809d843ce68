import { ItemRefused } from '../../border/item.refused.ts';
import type { Values } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import type { CompanyLookup } from './company.lookup.ts';

/** An order takes its currency from its pricelist, and without one from its company. */
export class CurrencyLookup {
  readonly #client: OdooClient;
  readonly #companies: CompanyLookup;
  readonly #values = new Map<string, Promise<Values | null>>();
  #decimals: Promise<ReadonlyMap<string, number>> | null = null;

  constructor(client: OdooClient, companies: CompanyLookup) {
    this.#client = client;
    this.#companies = companies;
  }

  /** The values that set an order's currency. Throws ItemRefused when Odoo has none that do. */
  async valuesFor(currency: string | null | undefined, signal: AbortSignal): Promise<Values> {
    if (!currency) return {};
    const found =
      this.#values.get(currency) ??
      this.#find(currency, signal).catch((error) => {
        this.#values.delete(currency);
        throw error;
      });
    this.#values.set(currency, found);
    const values = await found;
    if (values) return values;
    throw new ItemRefused(
      'unknown_currency',
      `Odoo has no pricelist in ${currency}, and its company uses another currency.`,
    );
  }

  /** The decimals that Odoo rounds amounts of a currency to; 2 when it does not say. */
  async decimalsOf(currency: string | null | undefined, signal: AbortSignal): Promise<number> {
    this.#decimals ??= this.#readDecimals(signal).catch((error) => {
      this.#decimals = null;
      throw error;
    });
    const known = await this.#decimals;
    const code = currency || (await this.#companies.load(signal)).currency;
    return (code === null ? undefined : known.get(code)) ?? 2;
  }

  async #find(currency: string, signal: AbortSignal): Promise<Values | null> {
    const company = await this.#companies.load(signal);
    const domain = [
      ['currency_id.name', '=', currency],
      ['active', '=', true],
      ...(company.id === null ? [] : [['company_id', 'in', [false, company.id]]]),
    ];
    const pricelist = await this.#client.firstReadable('product.pricelist', { domain, fields: ['name'] }, signal);
    if (pricelist) return { pricelist_id: pricelist.id };
    // `currency` is null when Odoo does not return it. The read after the write shows which one the order got.
    return company.currency === null || company.currency === currency ? {} : null;
  }

  async #readDecimals(signal: AbortSignal): Promise<Map<string, number>> {
    const search = { domain: [], fields: ['name', 'decimal_places'] };
    const rows = await this.#client.searchRead('res.currency', search, signal);
    return new Map(
      rows.flatMap(({ name, decimal_places: places }) =>
        typeof places === 'number' ? [[String(name), places] as const] : [],
      ),
    );
  }
}
