import type { WriteResult } from '../connectors/contract/connector.types.ts';
import { contentHash } from '../planning/field.diff.ts';
import type { ItemPlan } from '../planning/plan.types.ts';
import type { ItemOutcome, PlannedItem } from '../planning/planning.types.ts';
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
  if (!refusal || fingerprint === null || refusal.fingerprint !== fingerprint) return plan;
  const { error_class, message, refused_at } = refusal;
  const since = `Unchanged since ${refused_at}, so it was not sent again.`;
  return { kind: 'refused', error_class, message: `${message} ${since}`, remembered: true };
}

/** Only a change of the item itself ends these, which brings it anyway. */
const OF_THE_ITEM: ReadonlySet<string> = new Set(['unsupported_type']);

/** What to remember of an item that failed or was left alone; empty for one that is as it should be. Pure. */
export function refusalOf(
  outcome: ItemOutcome,
  one: PlannedItem | null = null,
  result: WriteResult | null = null,
): RefusalChange[] {
  const { external_id, error_class, message = '' } = outcome;
  if (outcome.outcome === 'processed' || outcome.outcome === 'warned' || !error_class) return [];
  if (OF_THE_ITEM.has(error_class)) return [];
  if (one?.plan.kind === 'refused' && one.plan.remembered) return [{ external_id, remembered: true }];
  const problem = result?.ok === false ? result.problem : null;
  const isFinal = problem?.final === true;
  return [
    {
      ...{ external_id, fingerprint: isFinal ? (one?.fingerprint ?? null) : null, error_class, message },
      ...(problem?.leaves && { leaves: true as const }),
      ...(outcome.outcome === 'skipped' && error_class !== 'stale_preview' && { is_conflict: true as const }),
    },
  ];
}
