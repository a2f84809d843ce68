import type { CanonicalOrderLine } from '../../canonical/canonical.types.ts';
import type { Row } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { amountOf, bySequence, idOf, idsOf, labelOf, text } from '../client/odoo.values.ts';
import type { CurrencyLookup } from './currency.lookup.ts';
import { LINE_FIELDS, type LineProduct, lineFromSale, type Tax } from './line.mapping.ts';

/** Reads the lines of a page of orders in one call, and their products in another. Reads each tax once a session. */
export class OrderPartsReader {
  readonly #client: OdooClient;
  readonly #currencies: CurrencyLookup;
  readonly #taxes = new Map<number, Tax>();

  constructor(client: OdooClient, currencies: CurrencyLookup) {
    this.#client = client;
    this.#currencies = currencies;
  }

  /** The lines by order id. They are mapped when they are asked for, so that a bad one is a problem of its order alone. */
  async lines(orderIds: readonly number[], signal: AbortSignal): Promise<(orderId: number) => CanonicalOrderLine[]> {
    const rows = await this.rows(orderIds, signal);
    const productIds = rows.flatMap((row) => idOf(row.product_id) ?? []);
    const products = await this.#products([...new Set(productIds)], signal);
    await this.#readTaxes(
      rows.flatMap((row) => idsOf(row.tax_id ?? row.tax_ids)),
      signal,
    );
    const byOrder = Map.groupBy(rows, (row) => idOf(row.order_id) ?? 0);
    const decimals = await this.#decimals(rows, signal);
    const parts = (row: Row) => ({
      products,
      taxes: this.#taxes,
      decimals: decimals.get(labelOf(row.currency_id)) ?? 2,
    });
    return (orderId) => (byOrder.get(orderId) ?? []).flatMap((row) => lineFromSale(row, parts(row)) ?? []);
  }

  /** By currency, of lines with several taxes: only their amounts have to be split. */
  async #decimals(rows: readonly Row[], signal: AbortSignal): Promise<Map<string | null, number>> {
    const split = rows.filter((row) => idsOf(row.tax_id ?? row.tax_ids).length > 1);
    const currencies = [...new Set(split.map((row) => labelOf(row.currency_id)))];
    const decimals = currencies.map(
      async (currency) => [currency, await this.#currencies.decimalsOf(currency, signal)] as const,
    );
    return new Map(await Promise.all(decimals));
  }

  /** In the order that Odoo shows: by sequence, then by id. */
  async rows(orderIds: readonly number[], signal: AbortSignal): Promise<Row[]> {
    const infos = await this.infos(signal);
    const fields = LINE_FIELDS.filter((name) => infos.has(name));
    const domain = [['order_id', 'in', orderIds]];
    return (await this.#client.searchRead('sale.order.line', { domain, fields }, signal)).sort(bySequence);
  }

  infos(signal: AbortSignal) {
    return this.#client.fields('sale.order.line', LINE_FIELDS, signal);
  }

  async #products(ids: readonly number[], signal: AbortSignal): Promise<Map<number, LineProduct>> {
    if (ids.length === 0) return new Map();
    const search = { domain: [['id', 'in', ids]], fields: ['product_tmpl_id', 'default_code'] };
    const rows = await this.#client.searchRead('product.product', search, signal);
    return new Map(
      rows.map((row) => [
        Number(row.id),
        { templateId: idOf(row.product_tmpl_id), code: text(row.default_code) } satisfies LineProduct,
      ]),
    );
  }

  async #readTaxes(ids: readonly number[], signal: AbortSignal): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.#taxes.has(id));
    if (missing.length === 0) return;
    const infos = await this.#client.fields('account.tax', ['name', 'amount', 'amount_type', 'price_include'], signal);
    const search = { domain: [['id', 'in', missing]], fields: [...infos.keys()] };
    for (const row of await this.#client.searchRead('account.tax', search, signal)) {
      this.#taxes.set(Number(row.id), {
        name: text(row.name) ?? '',
        get amount() {
          return amountOf(row.amount, 'account.tax.amount');
        },
        inPrice: row.price_include === true,
        isFixed: row.amount_type === 'fixed',
      });
    }
  }
}
