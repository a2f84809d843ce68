import { contentHash } from './field.diff.ts';
import type { PlannedItem, PreviewChange } from './planning.types.ts';

/** The change that a plan would make. Empty when the item is unchanged. */
export function changeOf(one: PlannedItem): PreviewChange[] {
  const { kind } = one.plan;
  return kind === 'unchanged' || kind === 'refused' ? [] : [described(one, kind)];
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
