import type { WriteResult } from '../connectors/contract/connector.types.ts';
import { contentHash } from './field.diff.ts';
import type { RetriedItem } from './planned.outcome.ts';
import type { PlannedItem, PreviewChange } from './planning.types.ts';

/** The change that a plan would make. Empty when the item is unchanged. */
export function changeOf(one: PlannedItem): PreviewChange[] {
  const { kind } = one.plan;
  return kind === 'unchanged' || kind === 'refused' ? [] : [described(one, kind)];
}

/**
 * The change that was made: by this write, or by an earlier attempt whose intended change the destination now has. Conflicts and
 * removed bindings are included, because they explain why an item was not written. A write that the destination refused is not; it is a failed item.
 */
export function appliedChange(one: RetriedItem, result: WriteResult | undefined): PreviewChange[] {
  if (one.plan.kind === 'conflict' || one.plan.kind === 'unbind') return changeOf(one);
  if (result && !result.ok) return [];
  const kind = one.intended ?? (result ? one.plan.kind : 'unchanged');
  if (kind === 'unchanged' || kind === 'refused') return [];
  const change = one.tried ?? described(one, kind);
  return [
    {
      ...change,
      kind,
      destination_id: result?.external_id ?? destinationOf(one)?.external_id ?? change.destination_id,
    },
  ];
}

function described(one: PlannedItem, kind: PreviewChange['kind']): PreviewChange {
  const { work, plan } = one;
  const destination = destinationOf(one);
  return {
    external_id: work.item.external_id,
    kind,
    destination_id: destination?.external_id ?? null,
    source_hash: work.item.data && contentHash(work.item.data),
    destination_hash: destination?.data ? contentHash(destination.data) : null,
    fields: 'fields' in plan ? plan.fields : [],
    reason: 'message' in plan ? plan.message : null,
    rival: 'rival' in plan ? (plan.rival ?? null) : null,
    data: 'data' in plan ? plan.data : (destination?.data ?? null),
  };
}

const destinationOf = ({ plan }: PlannedItem) => ('destination' in plan ? plan.destination : null);
