import type { CanonicalOrderLine } from '../../canonical/canonical.types.ts';
import type { Row } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { bySequence, idOf, idsOf, labelOf, text } from '../client/odoo.values.ts';
import type { Arithmetic } from './amounts/sale.totals.ts';
import type { CompanyLookup } from './company.lookup.ts';
import type { CurrencyLookup } from './currency.lookup.ts';
import { LINE_FIELDS, type LineProduct, lineFromSale } from './line.mapping.ts';
import type { TaxLookup } from './tax.lookup.ts';

interface Lookups {
  readonly companies: CompanyLookup;
  readonly currencies: CurrencyLookup;
  readonly taxes: TaxLookup;
}

/** Reads the lines of a page of orders in one call, and their products in another. */
export class OrderPartsReader {
  readonly #client: OdooClient;
  readonly #lookups: Lookups;

  constructor(client: OdooClient, lookups: Lookups) {
    this.#client = client;
    this.#lookups = lookups;
  }

  /** The lines by order id. They are mapped when they are asked for, so that a bad one is a problem of its order alone. */
  async lines(orderIds: readonly number[], signal: AbortSignal): Promise<(orderId: number) => CanonicalOrderLine[]> {
    const rows = await this.rows(orderIds, signal);
    const productIds = rows.flatMap((row) => idOf(row.product_id) ?? []);
    const products = await this.#products([...new Set(productIds)], signal);
    const taxIds = rows.flatMap((row) => idsOf(row.tax_id ?? row.tax_ids));
    const taxes = await this.#lookups.taxes.byIds(taxIds, signal);
    const byOrder = Map.groupBy(rows, (row) => idOf(row.order_id) ?? 0);
    const arithmeticOf = await this.#arithmetic(rows, signal);
    return (orderId) =>
      (byOrder.get(orderId) ?? []).flatMap(
        (row) => lineFromSale(row, { products, taxes, arithmetic: arithmeticOf(row) }) ?? [],
      );
  }

  /** Asked of lines with several taxes only, whose sum has to be split. */
  async #arithmetic(rows: readonly Row[], signal: AbortSignal): Promise<(row: Row) => Arithmetic> {
    const { companies, currencies } = this.#lookups;
    const split = rows.filter((row) => idsOf(row.tax_id ?? row.tax_ids).length > 1);
    if (split.length === 0) return () => ({ decimals: 2, perLine: true, major: 0 });
    const codes = [...new Set(split.map((row) => labelOf(row.currency_id)))];
    const decimals = new Map<string | null, number>();
    for (const code of codes) decimals.set(code, await currencies.decimalsOf(code, signal));
    const { perLine } = await companies.load(signal);
    const { major } = await this.#client.version(signal);
    return (row) => ({ decimals: decimals.get(labelOf(row.currency_id)) ?? 2, perLine, major });
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
}
