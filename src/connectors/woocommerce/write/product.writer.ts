import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import type { WriteResult } from '../../contract/connector.types.ts';
import { changes } from '../mapping/change.paths.ts';
import { productFromShop, productToCreate, productToShop } from '../mapping/product.mapping.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { rawByIds } from '../read/document.reader.ts';
import { PRODUCTS, variationsOf } from '../read/product.reader.ts';
import type { Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
import type { BatchOperation, BatchWriter } from './batch.writer.ts';
import type { CategoryDirectory } from './category.directory.ts';
import { type DocumentWrite, writeDocuments } from './document.writer.ts';
import { failed, type OperationOn, written } from './operation.results.ts';
import { writeVariations } from './variation.writer.ts';

export interface ProductWriter {
  readonly shop: Shop;
  readonly batches: BatchWriter;
  readonly categories: CategoryDirectory;
}

type ProductOperation = OperationOn<CanonicalProduct>;
type ProductWrite = DocumentWrite<CanonicalProduct>;

/** What an update of these members must keep of what the shop has: other attributes, images that are there, the type. */
const NEED_BEFORE = ['attributes', 'images', 'variations'] as const;

/** Variations follow their product, which must be there first; one that fails is the product's problem. */
export async function writeProducts(
  { shop, batches, categories }: ProductWriter,
  operations: readonly ProductOperation[],
  signal: AbortSignal,
): Promise<WriteResult[]> {
  const names = operations.flatMap(
    (operation) => (writes(operation, 'categories') ? operation.data.categories : []) ?? [],
  );
  const needing = operations
    .filter(({ kind }) => kind === 'update')
    .filter((operation) => NEED_BEFORE.some((member) => writes(operation, member)));
  const ids = needing.flatMap((operation) => (operation.kind === 'update' ? operation.external_id : []));
  const [categoryIds, raws] = await Promise.all([
    categories.idsOf(names, signal),
    rawByIds(PRODUCTS, shop, ids, signal),
  ]);
  const before = new Map(raws.map((raw) => [String(idOf(raw)), raw]));

  const toBatch = (operation: ProductWrite, id: number): BatchOperation => {
    const wanted = (operation.data.categories ?? []).flatMap((name) => categoryIds.get(name) ?? []);
    if (operation.kind === 'create')
      return { kind: 'create', body: productToCreate(operation.data, operation.key, wanted) };
    const writing = { categoryIds: wanted, before: before.get(operation.external_id) ?? {} };
    return { kind: 'update', id, body: productToShop(operation.data, operation.changes, writing) };
  };
  const finish = async (operation: ProductWrite, raw: Raw): Promise<WriteResult> => {
    const id = idOf(raw);
    const { variations } = operation.data;
    const wanted = writes(operation, 'variations') ? variations : undefined;
    // A simple product with no variations to get has none to ask for.
    const several = raw.type === 'variable' || (wanted !== undefined && wanted.length > 0);
    if (id === null || !several) return written(productFromShop(raw, []));
    const problem = wanted ? await writeVariations(shop, batches, id, wanted, signal) : null;
    return problem ? failed(problem) : written(productFromShop(raw, await variationsOf(shop, id, signal)));
  };
  return writeDocuments({ shop, batches, path: '/products', operations, signal, toBatch, finish });
}

function writes(operation: ProductOperation, member: keyof CanonicalProduct): operation is ProductWrite {
  return operation.kind !== 'delete' && changes(operation.kind === 'create' ? null : operation.changes, member);
}
