import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ItemProblem, WriteResult } from '../../contract/connector.types.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { planVariations } from '../mapping/variation.mapping.ts';
import { variationsOf } from '../read/product.reader.ts';
import { inParallel, type Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
import { shopCodeOf } from '../shop/shop.response.ts';
import { asAmbiguous, type BatchOperation, type BatchWriter, isGone, itemProblem } from './batch.writer.ts';
import { failed, removed } from './operation.results.ts';

type Path = '/products' | '/orders';

/** Moves products or orders to the trash, one call each, since a batch would delete them permanently. */
export function trashAll(
  { client }: Shop,
  path: Path,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<WriteResult[]> {
  return inParallel(ids, async (id) => {
    try {
      await client.send({ method: 'DELETE', path: `${path}/${id}`, idempotent: true }, signal);
    } catch (error) {
      // A 404 without a WooCommerce code is a page of the website. It does not show whether the object exists.
      const code = shopCodeOf(error);
      if (!(error instanceof ConnectorError) || code === null) throw asAmbiguous(error);
      if (!isGone(error.status)) return failed(itemProblem({ code, message: error.message }));
    }
    return removed(String(id));
  });
}

const STILL_TRASHED: ItemProblem = {
  error_class: 'not_restored',
  message: 'It is still in the trash of the shop after it was taken out.',
};

/** One to take out of the trash. */
export interface Restoration {
  readonly id: number;
  /** The shop's status that it gets. */
  readonly status: string;
  /** The product as it is then. The shop leaves variations in the trash when their product comes out of it. */
  readonly product?: CanonicalProduct;
}

/** Takes products or orders out of the trash. Returns the problems of those that stay in it, by id. */
export async function restoreAll(
  shop: Shop,
  batches: BatchWriter,
  path: Path,
  restorations: readonly Restoration[],
  signal: AbortSignal,
): Promise<Map<number, ItemProblem>> {
  const operations = restorations.map(({ id, status }): BatchOperation => ({ kind: 'update', id, body: { status } }));
  const outcomes = await batches.run(path, operations, signal);
  const problems = new Map<number, ItemProblem>();
  for (const [i, restoration] of restorations.entries()) {
    const outcome = outcomes[i];
    const problem = outcome?.ok
      ? await restoreParts(shop, batches, restoration, outcome.raw, signal)
      : outcome?.problem;
    if (problem) problems.set(restoration.id, problem);
  }
  return problems;
}

async function restoreParts(
  shop: Shop,
  batches: BatchWriter,
  { id, product }: Restoration,
  raw: Raw,
  signal: AbortSignal,
): Promise<ItemProblem | undefined> {
  if (raw.status === 'trash') return STILL_TRASHED;
  if (raw.type !== 'variable' || !product) return undefined;
  const { rows: trashed, hidden } = await variationsOf(shop, { id }, signal, 'trash');
  if (hidden[0]?.problem) return hidden[0].problem;
  const { update, delete: unwanted } = planVariations(product.variations ?? [], trashed, raw);
  const bodies = new Map(update.map((body) => [idOf(body), body]));
  const wanted = trashed.flatMap((one) => idOf(one) ?? []).filter((one) => !unwanted.includes(one));
  const operations = wanted.map((one): BatchOperation => {
    const body = { status: 'private', ...bodies.get(one), id: one };
    return { kind: 'update', id: one, body };
  });
  const outcomes = await batches.run(`/products/${id}/variations`, operations, signal);
  return outcomes.find((outcome) => !outcome.ok)?.problem;
}
