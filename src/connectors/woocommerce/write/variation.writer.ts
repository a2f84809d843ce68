import type { CanonicalVariation } from '../../canonical/canonical.types.ts';
import type { ItemProblem } from '../../contract/connector.types.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import { planVariations, type VariationPlan } from '../mapping/variation.mapping.ts';
import type { Raw } from '../shop/shop.client.ts';
import type { BatchOperation, BatchOutcome, BatchWriter } from './batch.writer.ts';

/**
 * Makes a product's variations equal to `wanted`: all of them, or none. `present` are those that it has. What was written before the first
 * refusal is taken back, so deletes come last: they are permanent. Returns the ids that it then has, or the problem of the first that is
 * refused, which also says what could not be taken back.
 */
export async function writeVariations(
  batches: BatchWriter,
  product: Raw,
  wanted: readonly CanonicalVariation[],
  present: readonly Raw[],
  signal: AbortSignal,
): Promise<{ readonly problem: ItemProblem | null; readonly ids?: readonly number[] }> {
  const plan = planVariations(wanted, present, product);
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
  const deleted = problemOf(outcomes) ? [] : await run(plan.delete.map((id) => ({ kind: 'delete', id })));
  const problem = problemOf(outcomes) ?? problemOf(deleted);
  const made = outcomes
    .slice(freed.length + plan.update.length)
    .flatMap((outcome) => (outcome.ok ? (idOf(outcome.raw) ?? []) : []));
  if (!problem) {
    const kept = present.flatMap((raw) => idOf(raw) ?? []).filter((id) => !plan.delete.includes(id));
    return { problem: null, ids: [...kept, ...made] };
  }

  const gone = plan.delete.filter((_id, i) => deleted[i]?.ok);
  const former = [...freed, ...plan.former].map(updateOf);
  const changed = former.filter((operation, i) => outcomes[i]?.ok && !gone.includes(Number(operation.id)));
  const back = await run(made.map((id) => ({ kind: 'delete', id })));
  const left = [...back, ...(await run(changed.reverse()))].filter((outcome) => !outcome.ok).length;
  const told = [
    gone.length > 0 && `Deleted for good before that: ${gone.length}.`,
    left > 0 && `Changed before that and not taken back: ${left}.`,
  ];
  return { problem: { ...problem, message: [problem.message, ...told.filter(Boolean)].join(' ') } };
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

function updateOf(body: Raw): Extract<BatchOperation, { kind: 'update' }> {
  return { kind: 'update', id: Number(body.id), body };
}

function problemOf(outcomes: readonly BatchOutcome[]): ItemProblem | null {
  const refused = outcomes.filter((outcome) => !outcome.ok);
  const [first] = refused;
  if (!first) return null;
  const { error_class, message } = first.problem;
  const isFinal = refused.some(({ problem }) => problem.final);
  return {
    error_class: `variation_${error_class}`,
    message: `${refused.length} of its variations failed: ${message}`,
    ...(isFinal && { final: true }),
  };
}
