import type { WriteResult } from '../connectors/contract/connector.types.ts';
import { contentHash } from './field.diff.ts';
import type { ItemOutcome, PlannedItem, PreviewChange } from './planning.types.ts';

const ACTIONS = { create: 'created', update: 'updated', delete: 'deleted' } as const;

/** A plan, and what an earlier try of the same batch had set out to do; `tried` when that is known in full. */
export type TriedItem = PlannedItem & {
  readonly intended?: keyof typeof ACTIONS | undefined;
  readonly tried?: PreviewChange | undefined;
};

/** Whether both ends are as the preview found them, so that the plan is the one that was shown. */
export function matchesExpectation({ work, plan }: PlannedItem): boolean {
  const { item, expected } = work;
  if (!expected) return true;
  const destination = 'destination' in plan ? plan.destination?.data : null;
  return (
    plan.kind === expected.kind &&
    (item.data && contentHash(item.data)) === expected.source_hash &&
    (destination ? contentHash(destination) : null) === expected.destination_hash
  );
}

/**
 * What a worker before this one did of a preview without being able to say so: it was killed between the write and its batch. The source
 * is as it was shown, and at the destination nothing is left to do; of what was created, at most what it holds in its own form.
 */
export function doneBefore({ work, plan }: PlannedItem): keyof typeof ACTIONS | undefined {
  const { item, expected } = work;
  if (!expected || (item.data && contentHash(item.data)) !== expected.source_hash) return undefined;
  const isDone = plan.kind === 'unchanged' || (expected.kind === 'create' && plan.kind === 'update');
  return isDone ? (expected.kind as keyof typeof ACTIONS) : undefined;
}

/** Of an item that needed no write. */
export function outcomeOfPlan({ work, plan, intended }: TriedItem): ItemOutcome {
  const { external_id } = work.item;
  if (plan.kind === 'conflict') {
    const { error_class, message, fields, destination } = plan;
    const payload = { destination_id: destination?.external_id ?? null, fields };
    return { external_id, outcome: 'skipped', action: 'conflict', error_class, message, payload };
  }
  return { external_id, outcome: 'processed', action: intended ? ACTIONS[intended] : 'unchanged' };
}

export function outcomeOfWrite({ work, plan, intended }: TriedItem, result: WriteResult): ItemOutcome {
  const { external_id, data } = work.item;
  // Named, or the run would count it by what became of its record.
  if (!result.ok)
    return { external_id, outcome: 'failed', action: 'failed', ...result.problem, payload: result.raw ?? data };
  return { external_id, outcome: 'processed', action: ACTIONS[intended ?? (plan.kind as keyof typeof ACTIONS)] };
}
