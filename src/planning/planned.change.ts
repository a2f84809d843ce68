import { contentHash } from './field.diff.ts';
import type { Difference, PlannedItem, PreviewChange } from './planning.types.ts';

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
    fields: fieldsOf(plan),
    reason: 'message' in plan ? plan.message : null,
    rival: 'rival' in plan ? (plan.rival ?? null) : null,
    data: 'data' in plan ? plan.data : (destination?.data ?? null),
  };
}

function fieldsOf(plan: PlannedItem['plan']): PreviewChange['fields'] {
  if (plan.kind === 'delete') return plan.resets?.fields ?? [];
  return 'fields' in plan ? plan.fields : [];
}

const destinationOf = ({ plan }: PlannedItem) => ('destination' in plan ? plan.destination : null);

/** The kinds of change among which each difference is; of conflicts, those that say in which fields the two differ are differences. */
export const KINDS_OF_DIFFERENCE: Readonly<Record<Difference, readonly PreviewChange['kind'][]>> = {
  different: ['update', 'conflict'],
  missing_at_source: ['delete', 'unbind'],
  missing_at_destination: ['create'],
  not_compared: ['conflict'],
};

/** What the change that would make the ends equal says about them. Pure. */
export function differenceOf({ kind, fields }: Pick<PreviewChange, 'kind' | 'fields'>): Difference {
  if (kind === 'create') return 'missing_at_destination';
  if (kind === 'delete' || kind === 'unbind') return 'missing_at_source';
  return kind === 'update' || fields.length > 0 ? 'different' : 'not_compared';
}
