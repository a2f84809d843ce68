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
  type Prepared,
  type PreparedWrite,
  type UpdateOperation,
} from '../odoo.entity.ts';
import { CurrencyLookup } from './currency.lookup.ts';
import { customerOf } from './customer.lookup.ts';
import { findTargets, lineCommands, lineValues } from './line.writer.ts';
import { ORDER_FIELDS, orderFromSale, saleValues, stateAction } from './order.mapping.ts';
import { OrderPartsReader } from './order-parts.reader.ts';

const MODEL = 'sale.order';

export class OrderEntity implements OdooEntity {
  readonly type = 'order';
  readonly model = MODEL;
  readonly part = { model: 'sale.order.line', parentField: 'order_id' };
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
    return rows.map((row) => readItem(String(row.id), row, () => orderFromSale(row, lines(Number(row.id)))));
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
    return this.#prepare(orders, orders, signal, async (order, index, lines) => {
      const partner = customerOf(order);
      if (partner === null) {
        throw new ItemRefused('customer_missing', 'The order’s customer is not in Odoo: sync customers first.');
      }
      const key = operations[index]?.key ?? '';
      const values = {
        ...saleValues(order, null),
        ...(await this.#currencies.valuesFor(order.currency, signal)),
        partner_id: partner,
        origin: markOf(key),
        order_line: lineCommands(lines(), []),
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
    return this.#prepare(orders, withLines, signal, async (order, index, lines) => {
      const { changes: paths = [], external_id = '', current } = operations[index] ?? {};
      const confirmed = ['processing', 'completed'].includes((current as CanonicalOrder | undefined)?.status ?? '');
      const rows = present.get(toId(external_id) ?? 0) ?? [];
      const writesLines = changes(paths, 'lines') && order.lines !== undefined;
      const partner = changes(paths, 'customer') ? toId(order.customer?.external_id) : null;
      const values: Values = {
        ...saleValues(order, paths),
        ...(partner !== null && { partner_id: partner }),
        ...(writesLines && { order_line: lineCommands(lines(), rows, confirmed) }),
      };
      const action = changes(paths, 'status') ? stateAction(order) : null;
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
    prepare: (order: CanonicalOrder, index: number, lines: () => Values[]) => Promise<PreparedWrite>,
  ): Promise<Prepared[]> {
    const targets = await findTargets(this.#client, withLines, await this.#parts.infos(signal), signal);
    const prepared: Prepared[] = [];
    for (const [index, order] of orders.entries()) {
      try {
        const lines = () => (order.lines ?? []).map((line, i) => ({ sequence: 10 + i, ...lineValues(line, targets) }));
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
