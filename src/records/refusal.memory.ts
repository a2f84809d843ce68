import type { WriteResult } from '../connectors/contract/connector.types.ts';
import { contentHash } from '../planning/field.diff.ts';
import type { ItemPlan } from '../planning/plan.types.ts';
import type { PlannedItem } from '../planning/planning.types.ts';
import type { Refusal, RefusalChange } from './refusals.sql.ts';

/**
 * Equal for two writes that a destination refuses or accepts alike: the same values for the same state of the same entry, under the same
 * settings. Null for a plan that writes nothing. Pure.
 */
export function fingerprintOf(plan: ItemPlan, destinationHash: string): string | null {
  if (plan.kind === 'create') return contentHash(['create', plan.data, destinationHash]);
  if (plan.kind !== 'update') return null;
  const { external_id, data } = plan.destination;
  return contentHash(['update', external_id, data, plan.data, plan.fields, plan.awake !== undefined, destinationHash]);
}

/** The plan, or the refusal of the same write that is remembered. Pure. */
export function unlessRefused(plan: ItemPlan, fingerprint: string | null, refusal: Refusal | undefined): ItemPlan {
  if (!refusal || refusal.fingerprint !== fingerprint) return plan;
  const { error_class, message, refused_at } = refusal;
  const since = `Unchanged since ${refused_at}, so it was not sent again.`;
  return { kind: 'refused', error_class, message: `${message} ${since}` };
}

/** What to remember of the result of a write. */
export function refusalChange({ work, fingerprint, wasRefused }: PlannedItem, result: WriteResult): RefusalChange[] {
  const { external_id } = work.item;
  if (!result.ok && result.problem.final && fingerprint) {
    const { error_class, message } = result.problem;
    return [{ external_id, fingerprint, error_class, message }];
  }
  return wasRefused ? [{ external_id, removed: true }] : [];
}
