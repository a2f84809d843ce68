import type { CanonicalVariation } from '../../canonical/canonical.types.ts';
import type { ItemProblem } from '../../contract/connector.types.ts';
import { planVariations } from '../mapping/variation.mapping.ts';
import { variationsOf } from '../read/product.reader.ts';
import type { Shop } from '../read/shop.context.ts';
import type { BatchOperation, BatchWriter } from './batch.writer.ts';

/** Makes a product's variations equal to `wanted`. Writes as many as possible, and returns the problem of the first that fails. */
export async function writeVariations(
  shop: Shop,
  batches: BatchWriter,
  productId: number,
  wanted: readonly CanonicalVariation[],
  signal: AbortSignal,
): Promise<ItemProblem | null> {
  const plan = planVariations(wanted, await variationsOf(shop, { id: productId }, signal));
  // Deletes come first, since a new variation may have the SKU of a deleted one.
  const deletes = plan.delete.map((id): BatchOperation => ({ kind: 'delete', id }));
  const writes = [
    ...plan.update.map((body): BatchOperation => ({ kind: 'update', id: Number(body.id), body })),
    ...plan.create.map((body): BatchOperation => ({ kind: 'create', body })),
  ];
  const path = `/products/${productId}/variations`;
  const outcomes = [...(await batches.run(path, deletes, signal)), ...(await batches.run(path, writes, signal))];
  const refused = outcomes.filter((outcome) => !outcome.ok);
  const [first] = refused;
  if (!first) return null;
  const { error_class, message } = first.problem;
  return { error_class: `variation_${error_class}`, message: `${refused.length} of its variations failed: ${message}` };
}
