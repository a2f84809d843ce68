import type { CanonicalVariation } from '../../canonical/canonical.types.ts';
import type { ItemProblem } from '../../contract/connector.types.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import { planVariations, type VariationPlan } from '../mapping/variation.mapping.ts';
import { variationsOf } from '../read/product.reader.ts';
import type { Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
import type { BatchOperation, BatchOutcome, BatchWriter } from './batch.writer.ts';

/**
 * Makes a product's variations equal to `wanted`: all of them, or none. What was written before the first refusal is taken back, so
 * deletes come last: they are permanent. Returns the ids that it then has, or the problem of the first that is refused.
 */
export async function writeVariations(
  shop: Shop,
  batches: BatchWriter,
  product: Raw,
  wanted: readonly CanonicalVariation[],
  signal: AbortSignal,
): Promise<{ readonly ids: readonly number[]; readonly problem: ItemProblem | null }> {
  const { rows: present, hidden } = await variationsOf(shop, product, signal);
  const unreadable = hidden[0]?.problem;
  if (unreadable) return { ids: [], problem: unreadable };
  const plan = planVariations(wanted, present);
  const run = (operations: readonly BatchOperation[]) =>
    batches.run(`/products/${idOf(product)}/variations`, operations, signal);
  const freed = holdersOfWantedSkus(plan, present);
  const writes = [
    ...freed.map(({ id }) => updateOf({ id, sku: '' })),
    ...plan.update.map(updateOf),
    ...plan.create.map((body): BatchOperation => ({ kind: 'create', body })),
  ];
  // The shop carries out the creates of a batch before its updates, and a SKU must be free by then.
  const first = await run(writes.slice(0, freed.length));
  const outcomes = [...first, ...(await run(writes.slice(freed.length)))];
  const problem = problemOf(outcomes);
  const made = outcomes
    .slice(freed.length + plan.update.length)
    .flatMap((outcome) => (outcome.ok ? (idOf(outcome.raw) ?? []) : []));
  if (!problem) {
    const kept = present.flatMap((raw) => idOf(raw) ?? []).filter((id) => !plan.delete.includes(id));
    const deletes = await run(plan.delete.map((id) => ({ kind: 'delete', id })));
    return { ids: [...kept, ...made], problem: problemOf(deletes) };
  }

  const former = [...freed, ...plan.former].map(updateOf);
  await run(made.map((id) => ({ kind: 'delete', id })));
  await run(former.filter((_operation, i) => outcomes[i]?.ok).reverse());
  return { ids: [], problem };
}

/** Variations that give away their SKU to another one, each with its SKU. */
function holdersOfWantedSkus(
  { create, update }: VariationPlan,
  present: readonly Raw[],
): { id: number; sku: string }[] {
  const takers = new Map([...create, ...update].map((body) => [textOf(body.sku), idOf(body)]));
  return present.flatMap((raw) => {
    const [id, sku] = [idOf(raw), textOf(raw.sku)];
    return id !== null && sku !== null && takers.has(sku) && takers.get(sku) !== id ? [{ id, sku }] : [];
  });
}

function updateOf(body: Raw): BatchOperation {
  return { kind: 'update', id: Number(body.id), body };
}

function problemOf(outcomes: readonly BatchOutcome[]): ItemProblem | null {
  const refused = outcomes.filter((outcome) => !outcome.ok);
  const [first] = refused;
  if (!first) return null;
  const { error_class, message } = first.problem;
  return { error_class: `variation_${error_class}`, message: `${refused.length} of its variations failed: ${message}` };
}
