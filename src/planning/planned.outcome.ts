import type { WriteResult } from '../connectors/contract/connector.types.ts';
import { contentHash } from './field.diff.ts';
import { isWrite } from './planned.operation.ts';
import type { ItemOutcome, PlannedItem } from './planning.types.ts';
import { storedOtherwise, storedOtherwiseMessage } from './stored.otherwise.ts';

const ACTIONS = { create: 'created', update: 'updated', delete: 'deleted' } as const;

type Written = keyof typeof ACTIONS;

/** A plan, with the intended change of an earlier attempt at the same batch, and its plan when it is known. */
export type RetriedItem = PlannedItem & {
  readonly intended?: Written | undefined;
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

/** A write that was about to be sent. */
export interface OpenWrite {
  readonly external_id: string;
  readonly kind: string;
  /** Null when the source no longer has the item. */
  readonly source_hash: string | null;
}

/** `isOwn`: of this run, so that nobody had the time to make the same by hand. */
export type InheritedWrite = OpenWrite & { readonly isOwn: boolean };

/** What has to be stored before the writes of a batch are sent. Pure. */
export const openWritesOf = (planned: readonly RetriedItem[]): OpenWrite[] =>
  planned.flatMap((one) => {
    const { external_id, data } = one.work.item;
    const kind = one.intended ?? (isWrite(one) ? one.plan.kind : null);
    return kind === null ? [] : { external_id, kind, source_hash: data && contentHash(data) };
  });

/**
 * The change that an earlier worker wrote but could not commit, because it died, was put off or had to end between the write and its batch:
 * it was `open`, or a preview showed it to the workers of this run. The source is as it was then, and the destination needs no change. After
 * a create, it may need an update of fields that the destination stores in another form.
 */
export function writtenByEarlierWorker(
  one: PlannedItem,
  open: InheritedWrite | undefined,
  isResumed: boolean,
): Written | undefined {
  const { item } = one.work;
  const expected = isResumed ? one.work.expected : undefined;
  const write = expected ?? (open && !isCommitted(one) ? open : undefined);
  const sourceHash = item.data && contentHash(item.data);
  if (!write || !(write.kind in ACTIONS) || sourceHash !== write.source_hash) return undefined;
  const isAlike = one.plan.kind === 'unchanged' && (expected !== undefined || open?.isOwn === true);
  const isDone =
    write.kind === 'create' ? isAlike || isOurCreate(one, expected !== undefined) : one.plan.kind === 'unchanged';
  return isDone ? (write.kind as Written) : undefined;
}

/** Its batch is stored, so that it is counted and kept already. */
function isCommitted({ work: { item }, binding, link }: PlannedItem): boolean {
  if (item.data === null) return (binding ?? link)?.put_away ?? true;
  return binding?.source_hash === contentHash(item.data);
}

/** Of what no preview showed, only a mark tells that an entry is not somebody else's. */
function isOurCreate({ plan, matches = [] }: PlannedItem, isShown: boolean): boolean {
  if (plan.kind !== 'update' && plan.kind !== 'unchanged') return false;
  return isShown || matches.some(({ entry }) => entry.marked === true);
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
  const action = ACTIONS[intended ?? (plan.kind as Written)];
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
