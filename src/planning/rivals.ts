import type {
  CanonicalCustomer,
  CanonicalData,
  CanonicalProduct,
  EntityType,
} from '../connectors/canonical/canonical.types.ts';
import type { ItemPlan } from './item.plan.ts';

/** The value by which two entities of the same type are recognized as the same. Null when the entity has none. */
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
  const claimed = new Set<string>();
  const isClaimed = (what: string): boolean => {
    const before = claimed.has(what);
    claimed.add(what);
    return before;
  };
  return plans.map((plan) => {
    if (plan.kind === 'update' || (plan.kind === 'unchanged' && plan.destination)) {
      const id = plan.destination?.external_id as string;
      return isClaimed(`entry ${id}`) ? rival(`Entry ${id} of the destination belongs to another item.`) : plan;
    }
    const key = plan.kind === 'create' ? naturalKey(entity, plan.data) : null;
    return key !== null && isClaimed(`new ${key}`) ? rival(`Another item of the source also has ${key}.`) : plan;
  });
}

const rival = (message: string): ItemPlan => ({
  kind: 'conflict',
  destination: null,
  error_class: 'already_bound',
  message,
  fields: [],
});
