import type { WriteResult } from '../connectors/contract/connector.types.ts';
import { contentHash } from './field.diff.ts';
import type { TriedItem } from './planned.outcome.ts';
import type { PlannedItem, PreviewChange } from './planning.types.ts';

/** What a plan would change: nothing, or one change. */
export function changeOf(one: PlannedItem): PreviewChange[] {
  return one.plan.kind === 'unchanged' ? [] : [described(one, one.plan.kind)];
}

/**
 * What was changed: what was written, and what an earlier try had set out to do and is found done, as that try saw it. Conflicts too,
 * since they say why something was left alone; what the destination refused is among the failed items.
 */
export function changeMade(one: TriedItem, result: WriteResult | undefined): PreviewChange[] {
  if (one.plan.kind === 'conflict') return changeOf(one);
  if (result && !result.ok) return [];
  const kind = one.intended ?? (result ? one.plan.kind : 'unchanged');
  if (kind === 'unchanged') return [];
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
    reason: plan.kind === 'conflict' ? plan.message : null,
    data: 'data' in plan ? plan.data : (destination?.data ?? null),
  };
}

const destinationOf = ({ plan }: PlannedItem) => ('destination' in plan ? plan.destination : null);
