import type {
  CanonicalCustomer,
  CanonicalData,
  CanonicalProduct,
  EntityType,
} from '../connectors/canonical/canonical.types.ts';
import type { ItemPlan } from './item.plan.ts';

/** What tells two entities of one kind to be the same; null when nothing does. */
function naturalKey(entity: EntityType, data: CanonicalData): string | null {
  if (entity === 'customer') return (data as CanonicalCustomer).email?.toLowerCase() ?? null;
  if (entity === 'product') return (data as CanonicalProduct).sku ?? null;
  return null;
}

/**
 * Plans of one batch, made side by side, of which a later one may want what an earlier one takes: the same entry of the destination, or
 * a new one for the same email or SKU. The later becomes a conflict. Pure.
 */
export function settleRivals(entity: EntityType, plans: readonly ItemPlan[]): ItemPlan[] {
  const taken = new Set<string>();
  const isTaken = (what: string): boolean => {
    const was = taken.has(what);
    taken.add(what);
    return was;
  };
  return plans.map((plan) => {
    if (plan.kind === 'update' || (plan.kind === 'unchanged' && plan.destination)) {
      const id = plan.destination?.external_id as string;
      return isTaken(`entry ${id}`) ? rival(`Entry ${id} of the destination belongs to another item.`) : plan;
    }
    const key = plan.kind === 'create' ? naturalKey(entity, plan.data) : null;
    return key !== null && isTaken(`new ${key}`) ? rival(`Another item of the source has ${key}, too.`) : plan;
  });
}

const rival = (message: string): ItemPlan => ({
  kind: 'conflict',
  destination: null,
  error_class: 'already_bound',
  message,
  fields: [],
});
