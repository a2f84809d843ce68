import { readItem } from '../../border/exact.value.ts';
import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { Candidate, ExternalItem, Match } from '../../contract/connector.types.ts';
import type { Domain, Row, Values } from '../api/odoo-api.types.ts';
import { isRecord } from '../api/response.reader.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { markOf } from '../client/odoo.marker.ts';
import { idOf, labelOf, orFalse, text, toId } from '../client/odoo.values.ts';
import { anyOf } from '../client/search.domain.ts';
import {
  type CreateOperation,
  type Finding,
  type OdooEntity,
  type Part,
  type Prepared,
  type PreparedWrite,
  type UpdateOperation,
  type Written,
} from '../odoo.entity.ts';
import type { ExpectedTotals } from './amounts/sale.plan.ts';
import { CompanyLookup } from './company.lookup.ts';
import { CurrencyLookup } from './currency.lookup.ts';
import { findCustomers } from './customer.lookup.ts';
import { ORDER_FIELDS, orderFromSale, saleValues, stateAction } from './order.mapping.ts';
import { OrderPartsReader } from './order-parts.reader.ts';
import { ownLines } from './own.lines.ts';
import { type Lookups, SalePreparer, type SaleRequest } from './sale.preparer.ts';
import { findSalespeople } from './salesperson.lookup.ts';
import { TaxLookup } from './tax.lookup.ts';
import { compareTotals, TOTAL_FIELDS, totalsOf } from './totals.check.ts';

const MODEL = 'sale.order';

export class OrderEntity implements OdooEntity {
  readonly type = 'order';
  readonly model = MODEL;
  /** A removed order is cancelled, which takes more than writing its state. */
  readonly removal = null;
  readonly #client: OdooClient;
  readonly #lookups: Lookups;

  constructor(client: OdooClient) {
    this.#client = client;
    const companies = new CompanyLookup(client);
    const currencies = new CurrencyLookup(client, companies);
    const lookups = { companies, currencies, taxes: new TaxLookup(client, companies) };
    this.#lookups = { ...lookups, parts: new OrderPartsReader(client, lookups) };
  }

  /** Lines, the codes of their products, and the names of their taxes. */
  async parts(signal: AbortSignal): Promise<readonly Part[]> {
    const infos = await this.#lookups.parts.infos(signal);
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
    const lines = await this.#lookups.parts.lines(ids, signal);
    return rows.map((row) => ({
      ...readItem(String(row.id), row, () => orderFromSale(row, lines(Number(row.id)))),
      ...(row.state === 'cancel' && { archived: true }),
    }));
  }

  /** By the mark of the create. The customer reference is no key: people of two systems may call their orders alike. */
  async findMatches(candidates: readonly Candidate[], signal: AbortSignal): Promise<Match[][]> {
    const numbers = candidates.flatMap(({ byName, data }) => (byName && (data as CanonicalOrder).number) || []);
    const terms = [
      ['origin', 'in', candidates.map(({ key }) => markOf(key))],
      ...(numbers.length > 0 ? [['client_order_ref', 'in', [...new Set(numbers)]]] : []),
    ];
    const fields = [...(await this.fields(signal)), 'origin'];
    const rows = await this.#client.searchRead(MODEL, { domain: anyOf(terms), fields }, signal);
    const items = new Map((await this.toItems(rows, signal)).map((item) => [item.external_id, item]));
    return candidates.map(({ key, byName, data }) =>
      rows.flatMap((row): Match[] => {
        const item = items.get(String(row.id));
        if (item && text(row.origin) === markOf(key)) return [{ ...item, marked: true }];
        const isNamesake = byName && text(row.client_order_ref) === (data as CanonicalOrder).number;
        return item && isNamesake ? [{ ...item, namesake: true }] : [];
      }),
    );
  }

  async prepareCreates(operations: readonly CreateOperation[], signal: AbortSignal): Promise<Prepared[]> {
    const orders = operations.map(({ data }) => data as CanonicalOrder);
    const customerOf = await findCustomers(this.#client, orders, signal);
    const sellerOf = await findSalespeople(this.#client, orders, customerOf, signal);
    const requests = operations.map((operation) => saleRequest(operation));
    return this.#prepareEach(requests, signal, async (request, index, preparer) => {
      const order = orders[index] as CanonicalOrder;
      const partner = customerOf(order);
      const { commands, expected, told } = await preparer.prepare(request, signal);
      const values = {
        ...saleValues(order, null),
        ...(await this.#lookups.currencies.valuesFor(order.currency, signal)),
        ...{ partner_id: partner, user_id: orFalse(sellerOf(partner)) },
        origin: markOf(operations[index]?.key ?? ''),
        order_line: commands,
      };
      const action = this.#client.settings.confirmOrders ? stateAction(order) : null;
      const write: PreparedWrite = { values, expected, told, undo: (id, during) => this.#unlink(id, during) };
      return action === null ? write : { ...write, after: (id, during) => this.#applyState(id, action, order, during) };
    });
  }

  async prepareUpdates(operations: readonly UpdateOperation[], signal: AbortSignal): Promise<Prepared[]> {
    const ids = operations.flatMap((one) => (writesLines(one) ? (toId(one.external_id) ?? []) : []));
    const rows = ids.length === 0 ? [] : await this.#lookups.parts.rows(ids, signal);
    const present = Map.groupBy(rows, (row) => idOf(row.order_id) ?? 0);
    const moved = operations.filter(({ changes: paths }) => changes(paths, 'customer'));
    const customerOf = await findCustomers(
      this.#client,
      moved.map(({ data }) => data as CanonicalOrder),
      signal,
    );
    const kept = await this.#totalsBefore(moved, signal);
    const requests = operations.map((one) => saleRequest(one, present.get(toId(one.external_id) ?? 0)));
    return this.#prepareEach(requests, signal, async (request, index, preparer) => {
      const operation = operations[index] as UpdateOperation;
      const order = operation.data as CanonicalOrder;
      const { changes: paths, current, restores = false } = operation;
      refuseOtherCurrency(request.order, current as CanonicalOrder);
      const partner = changes(paths, 'customer') && toId(order.customer?.external_id) ? customerOf(order) : null;
      const sale = writesLines(operation) ? await preparer.prepare(request, signal) : null;
      const values: Values = {
        ...saleValues(order, paths),
        ...(partner !== null && { partner_id: partner }),
        ...(sale && sale.commands.length > 0 && { order_line: sale.commands }),
      };
      const asksState = changes(paths, 'status') || (restores && this.#client.settings.confirmOrders);
      const action = asksState ? stateAction(order) : null;
      const adds = sale?.commands.some((command) => Array.isArray(command) && command[0] === 0) ?? false;
      const expected = sale?.expected ?? kept.get(toId(operation.external_id) ?? 0);
      const write: PreparedWrite = { values, adds, told: sale?.told ?? null, ...(expected && { expected }) };
      return action === null ? write : { ...write, after: (id, during) => this.#applyState(id, action, order, during) };
    });
  }

  /** Another customer may have another pricelist or fiscal position; what was ordered must still come to the same. */
  async #totalsBefore(moved: readonly UpdateOperation[], signal: AbortSignal): Promise<Map<number, ExpectedTotals>> {
    const ids = moved.flatMap((one) => (writesLines(one) ? [] : (toId(one.external_id) ?? [])));
    if (ids.length === 0) return new Map();
    const search = { domain: [['id', 'in', ids]], fields: TOTAL_FIELDS };
    const rows = await this.#client.searchRead(MODEL, search, signal);
    const totals = rows.map(async (row): Promise<[number, ExpectedTotals]> => {
      const decimals = await this.#lookups.currencies.decimalsOf(labelOf(row.currency_id), signal);
      return [Number(row.id), totalsOf(row, decimals)];
    });
    return new Map(await Promise.all(totals));
  }

  verify(written: readonly Written[], signal: AbortSignal): Promise<ReadonlyMap<number, Finding>> {
    return compareTotals(this.#client, written, signal);
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

  async #prepareEach(
    requests: readonly SaleRequest[],
    signal: AbortSignal,
    prepare: (request: SaleRequest, index: number, preparer: SalePreparer) => Promise<PreparedWrite>,
  ): Promise<Prepared[]> {
    const preparer = new SalePreparer(this.#client, this.#lookups);
    await preparer.load(requests, signal);
    const prepared: Prepared[] = [];
    for (const [index, request] of requests.entries()) {
      try {
        prepared.push(await prepare(request, index, preparer));
      } catch (error) {
        if (!(error instanceof ItemRefused)) throw error;
        prepared.push({ problem: error.problem });
      }
    }
    return prepared;
  }

  async #unlink(id: number, signal: AbortSignal): Promise<void> {
    await this.#client.call(MODEL, 'unlink', { ids: [id] }, { idempotent: true, signal });
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

/** The lines as they are to be written, with the totals of the source, which are not written. */
function saleRequest(operation: CreateOperation | UpdateOperation, rows: readonly Row[] = []): SaleRequest {
  const data = operation.data as CanonicalOrder;
  const whole = (operation.whole ?? data) as CanonicalOrder;
  const currency = whole.currency ?? data.currency;
  if (operation.kind === 'create') {
    return { order: { ...whole, ...data, currency }, before: null, rows, confirmed: false };
  }
  const { status } = operation.current as CanonicalOrder;
  // A cancelled order comes back as a quotation.
  const confirmed = !operation.restores && (status === 'processing' || status === 'completed');
  const order = writesLines(operation) ? ownLines(data, whole) : { lines: [] };
  const before = operation.before as CanonicalOrder | null | undefined;
  return { order: { ...order, currency }, before, rows, confirmed };
}

const writesLines = ({ changes: paths, data }: UpdateOperation): boolean =>
  changes(paths, 'lines') && (data as CanonicalOrder).lines !== undefined;

/** The amounts would stay and mean another sum. */
function refuseOtherCurrency({ currency }: CanonicalOrder, current: CanonicalOrder): void {
  if (!currency || !current.currency || currency === current.currency) return;
  const message = `The order is in ${currency} now, and Odoo has it in ${current.currency}, which only a new order can change.`;
  throw new ItemRefused('currency_differs', message);
}
