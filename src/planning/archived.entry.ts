import type { CanonicalData, CanonicalOrder, CanonicalProduct } from '../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../connectors/contract/connector.types.ts';
import type { FieldChange } from './field.diff.ts';
import type { MayPass } from './field.directions.ts';
import { byKey, hasElements } from './list.elements.ts';

/** Statuses in which an order asks for nothing to be done. */
const OVER: ReadonlySet<unknown> = new Set(['cancelled', 'refunded', 'failed']);

/** The fields that say whether an entity is archived, or its order at an end. */
export const STATES: ReadonlySet<string> = new Set(['active', 'status']);

/** How a change shows that an archived entry is brought back. */
export const BROUGHT_BACK: FieldChange = { field: 'active', old: false, new: true };

/** The entry if it exists, archived or not; null when the destination has none. */
export function presentEntry(found: ExternalItem | undefined): ExternalItem | null {
  return found && (found.archived || (!found.deleted && found.data)) ? found : null;
}

/** Whether the source itself says that its item is archived, or that nothing is left to do for it. Pure. */
export function isAtRest(data: CanonicalData): boolean {
  if ('active' in data && data.active === false) return true;
  return 'status' in data && OVER.has(data.status);
}

/** Whether the source's own archive or status is synced, so that it says what the entry has to be. */
export function saysState(target: CanonicalData, agreed: CanonicalData | null, mayPass: MayPass): boolean {
  if ('active' in target && target.active !== undefined) return mayPass('active');
  // An order that a person cancelled stays cancelled; one whose cancellation was synced is as the source says.
  return 'status' in target && mayPass('status') && agreed !== null && 'status' in agreed && OVER.has(agreed.status);
}

/**
 * The data of an archived entry once it is brought back: archiving changed its members `active`, `published` and `status`, which become
 * what both sides last agreed on. Null when the entry shows nothing and nothing was agreed on. Pure.
 */
export function awake({ data }: ExternalItem, agreed: CanonicalData | null): CanonicalData | null {
  if (!data) return agreed;
  const before = agreed as (CanonicalProduct & CanonicalOrder) | null;
  return {
    ...data,
    ...('active' in data && { active: true }),
    ...('status' in data && { status: before?.status && !OVER.has(before.status) ? before.status : 'pending' }),
    ...('published' in data && { published: before?.published ?? true }),
    ...('variations' in data && { variations: awakeVariations(data, before) }),
  } as CanonicalData;
}

/** A variation that was archived before its product stays so. */
function awakeVariations({ variations }: CanonicalProduct, before: CanonicalProduct | null) {
  if (!hasElements('variations', variations)) return variations;
  const agreed = byKey('variations', (before?.variations ?? []) as never);
  return [...byKey('variations', variations)].map(([key, variation]) => {
    const active = agreed.get(key)?.active;
    return active === undefined ? variation : { ...variation, active };
  });
}
