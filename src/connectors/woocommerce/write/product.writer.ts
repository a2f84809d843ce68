import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { WriteResult } from '../../contract/connector.types.ts';
import { newCategories, productFromShop, productToCreate, productToShop } from '../mapping/product.mapping.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { rawByIds } from '../read/document.reader.ts';
import { PRODUCTS, variationsOf } from '../read/product.reader.ts';
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

/** Writes variations after their product, which must exist first. A variation that fails is a problem of its product. */
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
    if (operation.kind === 'create') {
      return { kind: 'create', body: productToCreate(operation.data, operation.key, categoryIds) };
    }
    const writing = { categoryIds, before: beforeOf(operation) };
    return { kind: 'update', id, body: productToShop(operation.data, operation.changes, writing) };
  };
  const finish = async (operation: ProductWrite, raw: Raw): Promise<WriteResult> => {
    const id = idOf(raw);
    const { variations } = operation.data;
    const wanted = writes(operation, 'variations') ? variations : undefined;
    // A simple product that gets no variations has none to read.
    const hasVariations = raw.type === 'variable' || (wanted !== undefined && wanted.length > 0);
    if (id === null || !hasVariations) return written(productFromShop(raw, []));
    const problem = wanted ? await writeVariations(shop, batches, id, wanted, signal) : null;
    return problem ? failed(problem) : written(productFromShop(raw, await variationsOf(shop, { id }, signal)));
  };
  const toRestoration = (product: CanonicalProduct) => ({
    status: product.published === false ? 'draft' : 'publish',
    product,
  });
  return writeDocuments({ shop, batches, path: '/products', operations, signal, toBatch, toRestoration, finish });
}

const categoryRefused = (names: readonly string[]) => ({
  error_class: 'category_refused',
  message: `The shop does not accept the category ${names.map((name) => `"${name}"`).join(', ')}.`,
});

function writes(operation: ProductOperation, member: keyof CanonicalProduct): operation is ProductWrite {
  return operation.kind !== 'delete' && changes(operation.kind === 'create' ? null : operation.changes, member);
}
