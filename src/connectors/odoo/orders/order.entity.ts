import { readItem } from '../../border/exact.value.ts';
import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { Candidate, ExternalItem, Match } from '../../contract/connector.types.ts';
import type { Domain, Row, Values } from '../api/odoo-api.types.ts';
import { isRecord } from '../api/response.reader.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { markOf } from '../client/odoo.marker.ts';
import { idOf, text, toId } from '../client/odoo.values.ts';
import {
  type CreateOperation,
  type OdooEntity,
  type Part,
  type Prepared,
  type PreparedWrite,
  type UpdateOperation,
} from '../odoo.entity.ts';
import { CurrencyLookup } from './currency.lookup.ts';
import { findCustomers } from './customer.lookup.ts';
import { findTargets, lineCommands, lineValues } from './line.writer.ts';
import { ORDER_FIELDS, orderFromSale, saleValues, stateAction } from './order.mapping.ts';
import { OrderPartsReader } from './order-parts.reader.ts';

const MODEL = 'sale.order';

export class OrderEntity implements OdooEntity {
  readonly type = 'order';
  readonly model = MODEL;
  /** A removed order is cancelled, which takes more than writing its state. */
  readonly removal = null;
  readonly #client: OdooClient;
  readonly #parts: OrderPartsReader;
  readonly #currencies: CurrencyLookup;

  constructor(client: OdooClient) {
    this.#client = client;
    this.#parts = new OrderPartsReader(client);
    this.#currencies = new CurrencyLookup(client);
  }

  /** Lines, the codes of their products, and the names of their taxes. */
  async parts(signal: AbortSignal): Promise<readonly Part[]> {
    const infos = await this.#parts.infos(signal);
    const taxes = ['tax_ids', 'tax_id'].filter((name) => infos.has(name)).slice(0, 1);
    return [
      { model: 'sale.order.line', path: 'order_line', fields: ['order_id'] },
      { model: 'product.product', path: 'order_line.product_id', fields: ['default_code'], shared: true },
      ...taxes.map((name) => ({ model: 'account.tax', path: `order_line.${name}`, fields: ['name'], shared: true })),
    ];
  }

  async domain(): Promise<Domain> {
    return this.#client.settings.orderDomain;
  }

  async fields(signal: AbortSignal): Promise<readonly string[]> {
    const infos = await this.#client.fields(MODEL, ORDER_FIELDS, signal);
    return ORDER_FIELDS.filter((name) => infos.has(name));
  }

  async toItems(rows: readonly Row[], signal: AbortSignal): Promise<ExternalItem[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => Number(id));
    const lines = await this.#parts.lines(ids, signal);
    return rows.map((row) => ({
      ...readItem(String(row.id), row, () => orderFromSale(row, lines(Number(row.id)))),
      ...(row.state === 'cancel' && { archived: true }),
    }));
  }

  /** Only by the mark of the create: the customer reference is what people of two systems may call their orders alike. */
  async findMatches(candidates: readonly Candidate[], signal: AbortSignal): Promise<Match[][]> {
    const domain = [['origin', 'in', candidates.map(({ key }) => markOf(key))]];
    const fields = [...(await this.fields(signal)), 'origin'];
    const rows = await this.#client.searchRead(MODEL, { domain, fields }, signal);
    const items = new Map((await this.toItems(rows, signal)).map((item) => [item.external_id, item]));
    const marked = (row: Row): Match[] => {
      const item = items.get(String(row.id));
      return item ? [{ ...item, marked: true }] : [];
    };
    return candidates.map(({ key }) => rows.filter((row) => text(row.origin) === markOf(key)).flatMap(marked));
  }

  async prepareCreates(operations: readonly CreateOperation[], signal: AbortSignal): Promise<Prepared[]> {
    const orders = operations.map(({ data }) => data as CanonicalOrder);
    const customerOf = await findCustomers(this.#client, orders, signal);
    return this.#prepare(orders, orders, signal, async (order, index, lines) => {
      const key = operations[index]?.key ?? '';
      const values = {
        ...saleValues(order, null),
        ...(await this.#currencies.valuesFor(order.currency, signal)),
        partner_id: customerOf(order),
        origin: markOf(key),
        order_line: lineCommands(lines(new Set()), []),
      };
      const action = this.#client.settings.confirmOrders ? stateAction(order) : null;
      if (action === null) return { values };
      return { values, after: (id, during) => this.#applyState(id, action, order, during) };
    });
  }

  async prepareUpdates(operations: readonly UpdateOperation[], signal: AbortSignal): Promise<Prepared[]> {
    const orders = operations.map(({ data }) => data as CanonicalOrder);
    const lineUpdates = operations.filter(({ changes: paths }) => changes(paths, 'lines'));
    const present = await this.#present(lineUpdates, signal);
    const withLines = lineUpdates.map(({ data }) => data as CanonicalOrder);
    const moved = operations.filter(({ changes: paths }) => changes(paths, 'customer'));
    const customerOf = await findCustomers(
      this.#client,
      moved.map(({ data }) => data as CanonicalOrder),
      signal,
    );
    return this.#prepare(orders, withLines, signal, async (order, index, lines) => {
      const { changes: paths = [], external_id = '', current, restores = false } = operations[index] ?? {};
      const { status = '' } = (current ?? {}) as CanonicalOrder;
      // A cancelled order comes back as a quotation.
      const confirmed = !restores && ['processing', 'completed'].includes(status);
      const rows = present.get(toId(external_id) ?? 0) ?? [];
      const sold = new Set(rows.flatMap((row) => idOf(row.product_id) ?? []));
      const writesLines = changes(paths, 'lines') && order.lines !== undefined;
      const partner = changes(paths, 'customer') && toId(order.customer?.external_id) ? customerOf(order) : null;
      const values: Values = {
        ...saleValues(order, paths),
        ...(partner !== null && { partner_id: partner }),
        ...(writesLines && { order_line: lineCommands(lines(sold), rows, confirmed) }),
      };
      const asksState = changes(paths, 'status') || (restores && this.#client.settings.confirmOrders);
      const action = asksState ? stateAction(order) : null;
      const write: PreparedWrite = { values, adds: writesLines };
      return action === null ? write : { ...write, after: (id, during) => this.#applyState(id, action, order, during) };
    });
  }

  /** Until 18, without this context, Odoo asks a person to confirm the cancellation of a confirmed order and does not cancel it. */
  async remove(id: number, signal: AbortSignal): Promise<void> {
    const args = { ids: [id], context: { disable_cancel_warning: true } };
    const done = await this.#client.call(MODEL, 'action_cancel', args, { idempotent: true, signal });
    if (isRecord(done)) throw new ItemRefused('not_cancelled', 'Odoo requires a person to confirm the cancellation.');
  }

  async restore(ids: readonly number[], signal: AbortSignal): Promise<void> {
    await this.#client.call(MODEL, 'action_draft', { ids }, { idempotent: true, signal });
  }

  async #present(operations: readonly UpdateOperation[], signal: AbortSignal): Promise<Map<number, Row[]>> {
    const ids = operations.flatMap(({ external_id }) => toId(external_id) ?? []);
    const rows = ids.length === 0 ? [] : await this.#parts.rows(ids, signal);
    return Map.groupBy(rows, (row) => idOf(row.order_id) ?? 0);
  }

  /** `withLines`: the orders whose lines are written. */
  async #prepare(
    orders: readonly CanonicalOrder[],
    withLines: readonly CanonicalOrder[],
    signal: AbortSignal,
    prepare: (
      order: CanonicalOrder,
      index: number,
      lines: (sold: ReadonlySet<number>) => Values[],
    ) => Promise<PreparedWrite>,
  ): Promise<Prepared[]> {
    const targets = await findTargets(this.#client, withLines, await this.#parts.infos(signal), signal);
    const prepared: Prepared[] = [];
    for (const [index, order] of orders.entries()) {
      try {
        const lines = (sold: ReadonlySet<number>) =>
          (order.lines ?? []).map((line, i) => ({ sequence: 10 + i, ...lineValues(line, targets, sold) }));
        prepared.push(await prepare(order, index, lines));
      } catch (error) {
        if (!(error instanceof ItemRefused)) throw error;
        prepared.push({ problem: error.problem });
      }
    }
    return prepared;
  }

  /** Confirming sets the order's date to now, so this restores the date. */
  async #applyState(
    id: number,
    action: 'action_cancel' | 'action_confirm',
    order: CanonicalOrder,
    signal: AbortSignal,
  ) {
    if (action === 'action_cancel') return this.remove(id, signal);
    await this.#client.call(MODEL, action, { ids: [id] }, { idempotent: false, signal });
    const { date_order } = saleValues(order, ['created_at']);
    if (date_order) await this.#client.write(MODEL, [id], { date_order }, signal);
  }
}
