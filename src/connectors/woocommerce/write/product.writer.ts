import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { type Changes, changes } from '../../canonical/changed.paths.ts';
import type { ItemProblem, WriteResult } from '../../contract/connector.types.ts';
import { newCategories, productFromShop, productToCreate, productToShop } from '../mapping/product.mapping.ts';
import { lostText, refusalBefore } from '../mapping/product.refusal.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { rawByIds } from '../read/document.reader.ts';
import { PRODUCTS, variationsOf } from '../read/product.reader.ts';
import type { FoundRows } from '../read/rows-by-id.lookup.ts';
import type { Shop } from '../read/shop.context.ts';
import type { Raw, ShopRequest } from '../shop/shop.client.ts';
import { refusalOf } from '../shop/shop.refusal.ts';
import { type BatchOperation, type BatchWriter, isGone } from './batch.writer.ts';
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
 * was sent, everything is taken back: a product arrives whole or not at all. What cannot be taken back is told.
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
  // No category is made for a product that is refused in any case.
  const names = operations.flatMap((operation) =>
    writes(operation, 'categories') && !refusalBefore(operation.data, pathsOf(operation))
      ? newCategories(operation.data, beforeOf(operation))
      : [],
  );
  const categoryIds = await categories.idsOf(names, signal);

  const toBatch = (operation: ProductWrite, id: number): BatchOperation | Refused => {
    if (operation.kind === 'update' && needing.includes(operation.external_id) && !byId.has(operation.external_id))
      return { problem: NOT_SHOWN };
    const refused = refusalBefore(operation.data, pathsOf(operation));
    if (refused) return { problem: refused };
    const missing = newCategories(operation.data, beforeOf(operation)).filter((name) => !categoryIds.has(name));
    if (writes(operation, 'categories') && missing.length > 0) return { problem: categoryRefused(missing) };
    if (operation.kind === 'create') {
      return { kind: 'create', body: productToCreate(operation.data, operation.key, categoryIds) };
    }
    const writing = { categoryIds, before: beforeOf(operation) };
    return { kind: 'update', id, body: productToShop(operation.data, operation.changes, writing) };
  };
  /**
   * Writes the variations of a product that the shop has, unless the shop does not have it as it was sent. All else that is written of it by
   * then is in `raw`. Returns that problem, or the ids of the variations that were written.
   */
  const complete = async (
    operation: ProductWrite,
    raw: Raw,
    wanted: CanonicalProduct['variations'],
  ): Promise<{ readonly problem: ItemProblem | null; readonly ids?: readonly number[] }> => {
    const present = raw.type === 'variable' ? await variationsOf(shop, raw, signal) : NO_VARIATIONS;
    const unreadable = present.hidden[0]?.problem;
    if (unreadable) return { problem: unreadable };
    const { data, problem } = productFromShop(raw, present.rows);
    if (problem) return { problem };
    // Before the variations, of which the deleted ones do not come back.
    const lost = data && lostText(operation.data, data as CanonicalProduct, pathsOf(operation));
    return lost || !wanted ? { problem: lost } : writeVariations(batches, raw, wanted, present.rows, signal);
  };
  /** Returns why something of it stays in the shop; null when nothing does. */
  const takeBack = async (operation: ProductWrite, id: number): Promise<string | null> => {
    const path = `/products/${id}`;
    const send = async (request: Omit<ShopRequest, 'path' | 'idempotent'>) => {
      const refused = await refusalOf(() => shop.client.send({ ...request, path, idempotent: true }, signal));
      // Gone is what it should be.
      return refused === null || isGone(refused.status) ? null : refused.message;
    };
    if (operation.kind === 'create') return send({ method: 'DELETE', params: { force: 'true' } });
    const before = beforeOf(operation);
    const former = productToShop(operation.current, operation.changes, { categoryIds, before });
    const body = { ...former, ...(typeof before.type === 'string' && { type: before.type }) };
    const refused = await send({ method: 'PUT', body });
    return refused ?? (operation.restores ? send({ method: 'DELETE' }) : null);
  };
  const finish = async (operation: ProductWrite, raw: Raw): Promise<WriteResult> => {
    const { variations } = operation.data;
    const wanted = writes(operation, 'variations') ? variations : undefined;
    // A simple product that gets no variations has none to read.
    const hasVariations = raw.type === 'variable' || (wanted !== undefined && wanted.length > 0);
    const { problem, ids = raw.variations } = await complete(operation, raw, hasVariations ? wanted : undefined);
    if (!problem) {
      const { rows, hidden } = hasVariations
        ? await variationsOf(shop, { ...raw, variations: ids }, signal)
        : NO_VARIATIONS;
      return hidden[0]?.problem ? failed(hidden[0].problem) : written(productFromShop(raw, rows));
    }
    const left = await takeBack(operation, idOf(raw) ?? 0);
    const message = `${problem.message} What was written of the product itself was not taken back: ${left}`;
    return failed(left === null ? problem : { ...problem, message });
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
  final: true,
});

function pathsOf(operation: ProductWrite): Changes {
  return operation.kind === 'create' ? null : operation.changes;
}

function writes(operation: ProductOperation, member: keyof CanonicalProduct): operation is ProductWrite {
  return operation.kind !== 'delete' && changes(pathsOf(operation), member);
}
