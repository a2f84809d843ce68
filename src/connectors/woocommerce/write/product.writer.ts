import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { type Changes, changes } from '../../canonical/changed.paths.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { WriteResult } from '../../contract/connector.types.ts';
import { newCategories, productFromShop, productToCreate, productToShop } from '../mapping/product.mapping.ts';
import { lostText, refusalOf } from '../mapping/product.refusal.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { rawByIds } from '../read/document.reader.ts';
import { PRODUCTS, variationsOf } from '../read/product.reader.ts';
import type { FoundRows } from '../read/rows-by-id.lookup.ts';
import type { Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
import type { BatchOperation, BatchWriter } from './batch.writer.ts';
import type { CategoryCache } from './category.cache.ts';
import { type DocumentWrite, type Refused, writeDocuments } from './document.writer.ts';
import { failed, NOT_SHOWN, type OperationOn, written } from './operation.results.ts';
import { writeVariations } from './variation.writer.ts';

export interface ProductWriter {
  readonly shop: Shop;
  readonly batches: BatchWriter;
  readonly categories: CategoryCache;
}

type ProductOperation = OperationOn<CanonicalProduct>;
type ProductWrite = DocumentWrite<CanonicalProduct>;

/** An update of these members must keep a part of what the shop has: other attributes, the ids of existing entries, the type. */
const NEED_BEFORE = ['attributes', 'images', 'categories', 'variations'] as const;

/**
 * Writes variations after their product, which must exist first. When one of them is refused, or the shop has stored another text than
 * was sent, everything is taken back: a product arrives whole or not at all.
 */
export async function writeProducts(
  { shop, batches, categories }: ProductWriter,
  operations: readonly ProductOperation[],
  signal: AbortSignal,
): Promise<WriteResult[]> {
  const needing = operations.flatMap((operation) =>
    operation.kind === 'update' && NEED_BEFORE.some((member) => writes(operation, member)) ? operation.external_id : [],
  );
  const { rows } = await rawByIds(PRODUCTS, shop, needing, signal);
  const byId = new Map(rows.map((raw) => [String(idOf(raw)), raw]));
  const beforeOf = (operation: ProductWrite) => (operation.kind === 'update' && byId.get(operation.external_id)) || {};
  const names = operations.flatMap((operation) =>
    writes(operation, 'categories') ? newCategories(operation.data, beforeOf(operation)) : [],
  );
  const categoryIds = await categories.idsOf(names, signal);

  const toBatch = (operation: ProductWrite, id: number): BatchOperation | Refused => {
    if (operation.kind === 'update' && needing.includes(operation.external_id) && !byId.has(operation.external_id))
      return { problem: NOT_SHOWN };
    const missing = newCategories(operation.data, beforeOf(operation)).filter((name) => !categoryIds.has(name));
    if (writes(operation, 'categories') && missing.length > 0) return { problem: categoryRefused(missing) };
    const refused = refusalOf(operation.data, pathsOf(operation));
    if (refused) return { problem: refused };
    if (operation.kind === 'create') {
      return { kind: 'create', body: productToCreate(operation.data, operation.key, categoryIds) };
    }
    const writing = { categoryIds, before: beforeOf(operation) };
    return { kind: 'update', id, body: productToShop(operation.data, operation.changes, writing) };
  };
  const complete = async (operation: ProductWrite, raw: Raw): Promise<WriteResult> => {
    const { variations } = operation.data;
    const wanted = writes(operation, 'variations') ? variations : undefined;
    // A simple product that gets no variations has none to read.
    const hasVariations = raw.type === 'variable' || (wanted !== undefined && wanted.length > 0);
    const wrote = hasVariations && wanted ? await writeVariations(shop, batches, raw, wanted, signal) : null;
    if (wrote?.problem) return failed(wrote.problem);
    const { rows, hidden } = hasVariations
      ? await variationsOf(shop, { ...raw, variations: wrote?.ids ?? raw.variations }, signal)
      : NO_VARIATIONS;
    if (hidden[0]?.problem) return failed(hidden[0].problem);
    const item = productFromShop(raw, rows);
    const lost = item.data && lostText(operation.data, item.data as CanonicalProduct, pathsOf(operation));
    return lost ? failed(lost) : written(item);
  };
  const takeBack = (operation: ProductWrite, id: number): Promise<unknown> => {
    const path = `/products/${id}`;
    if (operation.kind === 'create')
      return shop.client.send({ method: 'DELETE', path, params: { force: 'true' }, idempotent: true }, signal);
    const before = beforeOf(operation);
    const former = productToShop(operation.current, operation.changes, { categoryIds, before });
    const body = { ...former, ...(typeof before.type === 'string' && { type: before.type }) };
    return shop.client.send({ method: 'PUT', path, body, idempotent: true }, signal);
  };
  const finish = async (operation: ProductWrite, raw: Raw): Promise<WriteResult> => {
    const result = await complete(operation, raw);
    const id = idOf(raw);
    if (!result.ok && id !== null) await unlessRefused(takeBack(operation, id));
    return result;
  };
  const toRestoration = (product: CanonicalProduct) => ({
    status: product.published === false ? 'draft' : 'publish',
    product,
  });
  return writeDocuments({ shop, batches, path: '/products', operations, signal, toBatch, toRestoration, finish });
}

const NO_VARIATIONS: FoundRows = { rows: [], hidden: [] };

const categoryRefused = (names: readonly string[]) => ({
  error_class: 'category_refused',
  message: `The shop does not accept the category ${names.map((name) => `"${name}"`).join(', ')}.`,
});

function pathsOf(operation: ProductWrite): Changes {
  return operation.kind === 'create' ? null : operation.changes;
}

function writes(operation: ProductOperation, member: keyof CanonicalProduct): operation is ProductWrite {
  return operation.kind !== 'delete' && changes(pathsOf(operation), member);
}

/** What the shop does not let us take back stays, and the item's problem tells of it. */
async function unlessRefused(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.transient) throw error;
  }
}
