import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { ExternalItem, ItemProblem, WriteResult } from '../../contract/connector.types.ts';
import { orderToCreate, orderToShop } from '../mapping/order.mapping.ts';
import type { SkuHolders } from '../mapping/order-line.mapping.ts';
import { statusToShop } from '../mapping/order-status.mapping.ts';
import { idOf, listOf } from '../mapping/raw.reader.ts';
import { findSkus } from '../match/sku.lookup.ts';
import { ORDERS, rawByIds } from '../read/document.reader.ts';
import { orderItems } from '../read/order.items.ts';
import type { Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
import type { BatchOperation, BatchWriter } from './batch.writer.ts';
import { type Refused, writeDocuments } from './document.writer.ts';
import { failed, NOT_SHOWN, type OperationOn, written } from './operation.results.ts';

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
    finish: async (_operation, raw) => writtenOrder(await orderItems(shop, [raw], signal)),
  });
}

/** Without its lines before, an update would add all of them again. */
function toBatch(operation: OrderWrite, id: number, known: Known): BatchOperation | Refused {
  const { holders, before } = known;
  const putAway = trashedProduct(operation, known);
  if (putAway !== null) return { problem: productArchived(putAway) };
  if (operation.kind === 'create') {
    return { kind: 'create', body: orderToCreate(operation.data, operation.key, holders) };
  }
  const current = before.get(operation.external_id) ?? null;
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

function writtenOrder([item]: readonly ExternalItem[]): WriteResult {
  return item ? written(item) : failed(NOT_SHOWN);
}
