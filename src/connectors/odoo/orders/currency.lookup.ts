import { ItemRefused } from '../../border/item.refused.ts';
import { OdooFault } from '../api/odoo.fault.ts';
import type { Row, Values } from '../api/odoo-api.types.ts';
import type { OdooClient, Search } from '../client/odoo.client.ts';
import { labelOf } from '../client/odoo.values.ts';

/** An order takes its currency from its pricelist, and without one from its company. */
export class CurrencyLookup {
  readonly #client: OdooClient;
  readonly #found = new Map<string, Promise<Values | null>>();

  constructor(client: OdooClient) {
    this.#client = client;
  }

  /** The values that set an order's currency. Throws ItemRefused when Odoo has none that do. */
  async valuesFor(currency: string | null | undefined, signal: AbortSignal): Promise<Values> {
    if (!currency) return {};
    const found =
      this.#found.get(currency) ??
      this.#find(currency, signal).catch((error) => {
        this.#found.delete(currency);
        throw error;
      });
    this.#found.set(currency, found);
    const values = await found;
    if (values) return values;
    throw new ItemRefused(
      'unknown_currency',
      `Odoo has no pricelist in ${currency}, and its company uses another currency.`,
    );
  }

  async #find(currency: string, signal: AbortSignal): Promise<Values | null> {
    const domain = [
      ['currency_id.name', '=', currency],
      ['active', '=', true],
    ];
    const pricelist = await this.#first('product.pricelist', { domain, fields: ['name'] }, signal);
    if (pricelist) return { pricelist_id: pricelist.id };
    const { companyId } = this.#client.settings;
    const mine = companyId === null ? [] : [['id', '=', companyId]];
    const company = await this.#first('res.company', { domain: mine, fields: ['currency_id'] }, signal);
    const own = company ? labelOf(company.currency_id) : null;
    // `own` is null when Odoo does not return the currency. The read after the write shows which one the order got.
    return own === null || own === currency ? {} : null;
  }

  /** Null when there is none, when the key may not read the model, or when the server does not have it. */
  async #first(model: string, search: Search, signal: AbortSignal): Promise<Row | null> {
    try {
      const [row] = await this.#client.searchRead(model, { ...search, limit: 1 }, signal);
      return row ?? null;
    } catch (error) {
      if (error instanceof OdooFault && error.ofItem) return null;
      throw error;
    }
  }
}
