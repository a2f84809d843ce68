import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import type { FieldChange } from './field.diff.ts';
import { topOf } from './field.diff.ts';
import { rivalKeys } from './natural.keys.ts';
import type { ItemPlan } from './plan.types.ts';
import type { WorkItem } from './planning.types.ts';

/** An item with its plan, which was made as if it were alone. */
export interface Contender {
  readonly work: WorkItem;
  readonly plan: ItemPlan;
  /** By an earlier sync. Its entry is nobody else's. */
  readonly isBound: boolean;
}

/** A contender after the others were looked at, and what it takes that no other item of the run may take. */
export interface Settled {
  readonly plan: ItemPlan;
  readonly claims: readonly string[];
}

/** Says that the item's binding passes to another item. */
export const itemClaim = (externalId: string): string => `item ${externalId}`;

/**
 * Two items of a run may have the same target, however far apart they are read: the same entry of the destination, or the e-mail, SKU or
 * barcode of an entry that is made or renamed. The first that asks takes it, whether or not its write succeeds, and the others are
 * conflicts. `held` has what earlier batches of the run took, by claim. Pure.
 */
export function settleRivals(
  entity: EntityType,
  contenders: readonly Contender[],
  held: ReadonlyMap<string, string>,
): Settled[] {
  const holders = new Map(held);
  return contenders.map((contender) => {
    const { work, plan } = contender;
    const { external_id } = work.item;
    if (work.expected?.rival) return { plan: lostTo(work.expected.rival, work.expected.reason ?? ''), claims: [] };
    const claims = claimsOf(entity, contender);
    const lost = claims.find((claim) => (holders.get(claim) ?? external_id) !== external_id);
    if (lost !== undefined) {
      const rival = holders.get(lost) as string;
      return { plan: lostTo(rival, reasonOf(lost, rival)), claims: [] };
    }
    if (plan.kind === 'conflict') return { plan, claims: [] };
    for (const claim of claims) holders.set(claim, external_id);
    return { plan, claims };
  });
}

/** What the item would take. An item that an earlier sync bound takes only the keys that it changes. Pure. */
export function claimsOf(entity: EntityType, { work, plan, isBound }: Contender): string[] {
  const { data } = work.item;
  if (data === null || !mayTake(plan)) return [];
  if (isBound) return plan.kind === 'update' && plan.fields.some(isOfKey) ? rivalKeys(entity, data) : [];
  const entry = 'destination' in plan && plan.destination ? [`${ENTRY}${plan.destination.external_id}`] : [];
  const replaced = 'replaces' in plan && plan.replaces ? [itemClaim(plan.replaces.source_id)] : [];
  return [...rivalKeys(entity, data), ...entry, ...replaced];
}

const ENTRY = 'entry ';

/** A conflict may be about an entry that another item of the same run made. */
function mayTake(plan: ItemPlan): boolean {
  if (plan.kind === 'conflict') return plan.error_class === 'ambiguous_match' || plan.error_class === 'already_bound';
  return plan.kind === 'create' || plan.kind === 'update' || (plan.kind === 'unchanged' && plan.destination !== null);
}

const KEY_FIELDS: ReadonlySet<string> = new Set(['email', 'sku', 'barcode', 'variations']);
const isOfKey = ({ field }: FieldChange): boolean => KEY_FIELDS.has(topOf(field));

function reasonOf(claim: string, rival: string): string {
  if (claim.startsWith(ENTRY))
    return `Entry ${claim.slice(ENTRY.length)} of the destination belongs to item ${rival} of the source.`;
  return `Item ${rival} of the source has the same ${claim}.`;
}

const lostTo = (rival: string, message: string): ItemPlan => ({
  kind: 'conflict',
  destination: null,
  error_class: 'already_bound',
  message,
  fields: [],
  rival,
});
