import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { ItemProblem, WriteResult } from '../../contract/connector.types.ts';
import { TOTAL_ROUNDED } from '../mapping/exact.totals.ts';
import { orderToCreate, orderToShop } from '../mapping/order.mapping.ts';
import type { SkuHolders } from '../mapping/order-line.mapping.ts';
import { statusToShop } from '../mapping/order-status.mapping.ts';
import { idOf, listOf } from '../mapping/raw.reader.ts';
import { findSkus } from '../match/sku.lookup.ts';
import { ORDERS, rawByIds } from '../read/document.reader.ts';
import { orderItems } from '../read/order.items.ts';
import type { Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
import type { BatchOperation, BatchOutcome, BatchWriter } from './batch.writer.ts';
import { type Refusal, type Refused, writeDocuments } from './document.writer.ts';
import { failed, NOT_SHOWN, type OperationOn, written } from './operation.results.ts';
import { lineRefusal, orderDiffers } from './order.check.ts';

type OrderOperation = OperationOn<CanonicalOrder>;
type OrderWrite = Exclude<OrderOperation, { kind: 'delete' }>;

interface Known {
  readonly holders: SkuHolders;
  readonly before: ReadonlyMap<string, Raw>;
  /** SKUs of products in the trash that no other product has. */
  readonly trashed: ReadonlySet<string>;
}

/** Changed lines need the ids of the existing lines, and all lines need the products of their SKUs. This reads both beforehand. */
export async function writeOrders(
  shop: Shop,
  batches: BatchWriter,
  operations: readonly OrderOperation[],
  signal: AbortSignal,
): Promise<WriteResult[]> {
  const withLines = operations.filter(
    (operation): operation is OrderWrite =>
      operation.kind !== 'delete' && changes(operation.kind === 'create' ? null : operation.changes, 'lines'),
  );
  const skus = withLines.flatMap(({ data }) => (data.lines ?? []).flatMap(({ sku }) => sku ?? []));
  const ids = withLines.flatMap((operation) => (operation.kind === 'update' ? operation.external_id : []));
  const [holders, { rows }] = await Promise.all([findSkus(shop, skus, signal), rawByIds(ORDERS, shop, ids, signal)]);
  const unknown = skus.filter((sku) => !holders.has(sku));
  const known: Known = {
    holders,
    before: new Map(rows.map((raw) => [String(idOf(raw)), raw])),
    trashed: new Set((await findSkus(shop, unknown, signal, 'trash')).keys()),
  };

  return writeDocuments({
    shop,
    batches,
    path: '/orders',
    operations,
    signal,
    toBatch: (operation, id) => toBatch(operation, id, known),
    toRestoration: ({ status }) => ({ status: statusToShop(status ?? 'pending') }),
    finish: (operation, raw) => finished({ shop, batches, signal }, operation, raw),
    refused: (operation, refusal) => refusedOrder({ shop, batches, signal }, operation, refusal),
  });
}

/** Without its lines before, an update would add all of them again. */
function toBatch(operation: OrderWrite, id: number, known: Known): BatchOperation | Refused {
  const { holders, before } = known;
  const putAway = trashedProduct(operation, known);
  if (putAway !== null) return { problem: productArchived(putAway) };
  const current = operation.kind === 'create' ? null : (before.get(operation.external_id) ?? null);
  if (operation.kind === 'create' && operation.lacksCustomer) return { problem: CUSTOMER_MISSING };
  const problem = lineRefusal(writtenLines(operation) ?? [], current ?? {}, holders);
  if (problem) return { problem };
  if (operation.kind === 'create') {
    const body = orderToCreate(operation.data, operation.key, holders);
    return { kind: 'create', body: { ...body, ...(body.status !== undefined && { status: UNCHECKED_STATUS }) } };
  }
  if (current === null && changes(operation.changes, 'lines')) return { problem: NOT_SHOWN };
  return {
    kind: 'update',
    id,
    body: orderToShop(operation.data, operation.changes, { before: current ?? {}, holders }),
  };
}

/** The SKU of a line whose product is in the trash, unless the order has such a line already. */
function trashedProduct(operation: OrderWrite, { before, trashed }: Known): string | null {
  if (operation.kind === 'update' && !changes(operation.changes, 'lines')) return null;
  const current = operation.kind === 'update' ? before.get(operation.external_id) : undefined;
  const sold = new Set(listOf(current?.line_items).map(({ sku }) => sku));
  return (
    (operation.data.lines ?? []).flatMap(({ sku }) => sku ?? []).find((sku) => trashed.has(sku) && !sold.has(sku)) ??
    null
  );
}

const productArchived = (sku: string): ItemProblem => ({
  error_class: 'product_archived',
  message: `The product ${sku} is archived in the shop: it is in the trash. Restore it, then sync the order again.`,
});

const CUSTOMER_MISSING: ItemProblem = {
  error_class: 'customer_missing',
  message: 'The order’s customer is not in the shop.',
};

/** In which an order is made before it is checked: nothing leaves the stock, and nobody gets mail. */
const UNCHECKED_STATUS = 'pending';
/** Changes after which the shop computes an order anew. */
const COMPUTED_FROM = ['lines', 'billing', 'shipping', 'currency'];

interface Sending {
  readonly shop: Shop;
  readonly batches: BatchWriter;
  readonly signal: AbortSignal;
}

/**
 * The order as the shop has it. One that is not what it must have become is a failed item, as the setting says, and is taken back if it is
 * new. A new one gets its status only then.
 */
async function finished(sending: Sending, operation: OrderWrite, raw: Raw): Promise<WriteResult> {
  const { shop, signal } = sending;
  const [item] = await orderItems(shop, [raw], signal);
  const id = idOf(raw) ?? 0;
  // It has cents that the shop does not show, and was added up without them.
  const isRounded = operation.kind === 'create' && item?.problem?.error_class === TOTAL_ROUNDED;
  if (isRounded && item.problem) return takenBack(sending, id, item.problem);
  if (!item?.data) return leaving(operation, item ? written(item) : failed(NOT_SHOWN));
  const isComputed = operation.kind === 'create' || COMPUTED_FROM.some((path) => changes(operation.changes, path));
  const expected = { whole: operation.whole as CanonicalOrder | undefined, lines: writtenLines(operation) };
  const difference = isComputed ? orderDiffers(expected, item.data as CanonicalOrder) : null;
  const isRefused = difference !== null && shop.settings.totalsDiffer === 'fail';
  if (isRefused && operation.kind === 'create') return takenBack(sending, id, difference);
  if (isRefused) return failed({ ...difference, final: true });
  const advanced =
    operation.kind === 'create'
      ? leaving(operation, (await withStatus(sending, operation.data, item.external_id)) ?? written(item))
      : null;
  const made = advanced ?? written(item);
  return made.ok && difference ? { ...made, warning: difference } : made;
}

/** What the shop does not delete is there as it made it, and says so; the next run finds it by its mark. */
async function takenBack(sending: Sending, id: number, difference: ItemProblem): Promise<WriteResult> {
  const outcome = await sendOne(sending, { kind: 'delete', id });
  if (outcome?.ok) return failed({ ...difference, final: true });
  const message = `${difference.message} The shop did not delete its order ${id} again: ${outcome?.problem.message ?? 'no answer'}`;
  return failed({ ...difference, message, leaves: true });
}

/**
 * A shop keeps an order that it refuses for a coupon: 11 as a cart that no listing has, which the error names, 7.9 as an order, which does
 * not tell. What it names is deleted; what it may have kept is looked for by its mark before the order is sent again.
 */
async function refusedOrder(sending: Sending, operation: OrderWrite, refusal: Refusal): Promise<ItemProblem> {
  const { problem, leftId } = refusal;
  if (operation.kind !== 'create') return problem;
  if (leftId === null) return problem.final ? problem : { ...problem, leaves: true };
  const outcome = await sendOne(sending, { kind: 'delete', id: leftId });
  if (!outcome || outcome.ok) return problem;
  const message = `${problem.message} The shop keeps the refused order ${leftId}: ${outcome.problem.message}`;
  return { ...problem, message, final: true, leaves: true };
}

const leaving = ({ kind }: OrderWrite, result: WriteResult): WriteResult =>
  result.ok || kind !== 'create' ? result : { ...result, problem: { ...result.problem, leaves: true } };

/** Null when the order stays in the status in which it was made. */
async function withStatus(sending: Sending, { status }: CanonicalOrder, id: string): Promise<WriteResult | null> {
  if (status === undefined || statusToShop(status) === UNCHECKED_STATUS) return null;
  const outcome = await sendOne(sending, { kind: 'update', id: Number(id), body: { status: statusToShop(status) } });
  if (!outcome?.ok) return failed(outcome?.problem ?? NOT_SHOWN);
  const [item] = await orderItems(sending.shop, [outcome.raw], sending.signal);
  return item ? written(item) : failed(NOT_SHOWN);
}

async function sendOne({ batches, signal }: Sending, operation: BatchOperation): Promise<BatchOutcome | undefined> {
  const [outcome] = await batches.run('/orders', [operation], signal);
  return outcome;
}

const writtenLines = (operation: OrderWrite): CanonicalOrder['lines'] =>
  operation.kind === 'create' || changes(operation.changes, 'lines') ? operation.data.lines : undefined;
