import type { WriteResult } from '../connectors/contract/connector.types.ts';
import { contentHash } from './field.diff.ts';
import type { ItemOutcome, PlannedItem } from './planning.types.ts';
import { storedOtherwise, storedOtherwiseMessage } from './stored.otherwise.ts';

const ACTIONS = { create: 'created', update: 'updated', delete: 'deleted' } as const;

/** A plan, with the intended change of an earlier attempt at the same batch, and its plan when it is known. */
export type RetriedItem = PlannedItem & {
  readonly intended?: keyof typeof ACTIONS | undefined;
  readonly tried?: PlannedItem | undefined;
};

/** Whether source and destination are as the preview found them, so that the plan is the one that the preview showed. */
export function matchesExpectation({ work, plan }: PlannedItem): boolean {
  const { item, expected } = work;
  if (!expected) return true;
  if (expected.kind === 'failed') return plan.kind === 'refused';
  const destination = 'destination' in plan ? plan.destination?.data : null;
  // What the other item has taken by now is not looked for.
  if (expected.rival) return (item.data && contentHash(item.data)) === expected.source_hash;
  return (
    plan.kind === expected.kind &&
    (item.data && contentHash(item.data)) === expected.source_hash &&
    (destination ? contentHash(destination) : null) === expected.destination_hash
  );
}

/**
 * The change that an earlier worker wrote for a preview but could not commit, because it was killed between the write and its batch. The
 * source is as the preview found it, and the destination needs no change. After a create, it may need an update of fields that the
 * destination stores in another form.
 */
export function writtenByEarlierWorker({ work, plan }: PlannedItem): keyof typeof ACTIONS | undefined {
  const { item, expected } = work;
  if (!expected || !(expected.kind in ACTIONS) || (item.data && contentHash(item.data)) !== expected.source_hash)
    return undefined;
  const isDone = plan.kind === 'unchanged' || (expected.kind === 'create' && plan.kind === 'update');
  return isDone ? (expected.kind as keyof typeof ACTIONS) : undefined;
}

/** The outcome of an item that needed no write. */
export function outcomeOfPlan({ work, plan, intended }: RetriedItem): ItemOutcome {
  const { external_id, data } = work.item;
  if (plan.kind === 'refused') {
    const { error_class, message } = plan;
    return { external_id, outcome: 'failed', action: 'failed', error_class, message, payload: data };
  }
  if (plan.kind === 'conflict') {
    const { error_class, message, fields, destination } = plan;
    const payload = { destination_id: destination?.external_id ?? null, fields };
    return { external_id, outcome: 'skipped', action: 'conflict', error_class, message, payload };
  }
  return { external_id, outcome: 'processed', action: intended ? ACTIONS[intended] : 'unchanged' };
}

export function outcomeOfWrite({ work, plan, intended }: RetriedItem, result: WriteResult): ItemOutcome {
  const { external_id, data } = work.item;
  // The action is set, because otherwise the run would count the item by the change of its record.
  if (!result.ok)
    return {
      ...{ external_id, outcome: 'failed', action: 'failed', payload: result.raw ?? data },
      ...{ error_class: result.problem.error_class, message: result.problem.message },
    };
  const action = ACTIONS[intended ?? (plan.kind as keyof typeof ACTIONS)];
  if (result.warning) {
    const { error_class, message } = result.warning;
    return { external_id, outcome: 'warned', action, error_class, message, payload: data };
  }
  const fields = storedOtherwise(plan, result);
  if (fields.length > 0)
    return {
      ...{ external_id, outcome: 'warned', action, error_class: 'stored_otherwise' },
      ...{ message: storedOtherwiseMessage(fields), payload: { destination_id: result.external_id, fields } },
    };
  return { external_id, outcome: 'processed', action };
}
