import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import { naturalKey } from './natural.keys.ts';
import type { ItemPlan } from './plan.types.ts';

/**
 * Plans of one batch are made independently, so two of them may have the same target: the same entry of the destination, or a new entry
 * with the same email or SKU. The later plan becomes a conflict. Pure.
 */
export function resolveDuplicateTargets(entity: EntityType, plans: readonly ItemPlan[]): ItemPlan[] {
  const claimed = new Set<string>();
  const isClaimed = (what: string): boolean => {
    const before = claimed.has(what);
    claimed.add(what);
    return before;
  };
  return plans.map((plan) => {
    if (plan.kind === 'update' || (plan.kind === 'unchanged' && plan.destination)) {
      const id = plan.destination?.external_id as string;
      return isClaimed(`entry ${id}`) ? duplicate(`Entry ${id} of the destination belongs to another item.`) : plan;
    }
    const key = plan.kind === 'create' ? naturalKey(entity, plan.data) : null;
    return key !== null && isClaimed(`new ${key}`) ? duplicate(`Another item of the source also has ${key}.`) : plan;
  });
}

const duplicate = (message: string): ItemPlan => ({
  kind: 'conflict',
  destination: null,
  error_class: 'already_bound',
  message,
  fields: [],
});
