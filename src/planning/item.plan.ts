import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../connectors/contract/connector.types.ts';
import { contentHash, diffFields, type FieldChange, type FieldPath, newElementFields } from './field.diff.ts';
import { type MayPass, passing } from './field.directions.ts';
import { mergeLists, restoreFields } from './field.merge.ts';

/** The link between an item of the source and an entry of the destination, for one direction of sync. */
export interface Binding {
  readonly source_id: string;
  readonly destination_id: string;
  readonly source_hash: string;
  readonly destination_hash: string;
  readonly source_data: CanonicalData;
  /** Without changes of the destination that have not been synced back to the source yet; see Pending. */
  readonly destination_data: CanonicalData;
  /** See ExternalItem.born. */
  readonly source_born?: string | null;
  readonly destination_born?: string | null;
}

/**
 * Changes of the destination that a sync in the other direction will copy to the source. Until then the binding keeps the values from
 * before these changes. Otherwise that sync would treat the change as an echo of our own write.
 */
interface Pending {
  readonly fields: ReadonlySet<FieldPath>;
  /** Holds the agreed values of these fields. */
  readonly agreed: CanonicalData;
}

/** Everything that the plan of one item depends on. */
export interface PlanInput {
  /** The item as it was just read. `data` is null for a deleted item. */
  readonly source: ExternalItem;
  /** `source.data` with its references as ids of the destination. */
  readonly target: CanonicalData | null;
  readonly binding: Binding | null;
  /** The entry of the destination that is known to belong to the source item, although there is no state of a last sync. */
  readonly linkedTo?: string | null;
  /** The bound or linked entry of the destination, or the matching entries when there is none. */
  readonly destination: readonly ExternalItem[];
  /** Ids of the destination that are bound to other source items. */
  readonly boundElsewhere: ReadonlySet<string>;
  readonly mayPass: MayPass;
  readonly onConflict: 'skip' | 'overwrite';
  readonly destinationDeletes: boolean;
}

export type ItemPlan =
  | { readonly kind: 'create'; readonly data: CanonicalData }
  | {
      readonly kind: 'update';
      readonly destination: ExternalItem;
      readonly data: CanonicalData;
      readonly fields: readonly FieldChange[];
      readonly pending: Pending;
    }
  | { readonly kind: 'delete'; readonly destination: ExternalItem }
  /** `destination` is null when there is nothing to bind, for example for a deleted item that was never synced. */
  | { readonly kind: 'unchanged'; readonly destination: ExternalItem | null; readonly pending?: Pending }
  | {
      readonly kind: 'conflict';
      readonly destination: ExternalItem | null;
      readonly error_class: string;
      readonly message: string;
      readonly fields: readonly FieldChange[];
    };

/**
 * Plans what to do with one item, by a three-way comparison of the source, the destination and the state of both at the last sync.
 * Fields that only the source changed are written. Fields that both changed are a conflict, unless the connection allows overwriting.
 * Fields that only the destination changed are left to a sync in the other direction. Fields that differ although neither side changed
 * them are ignored: one of the systems cannot store the value. Pure.
 */
export function planItem(input: PlanInput): ItemPlan {
  const { source, target, binding, destination, boundElsewhere } = input;
  const [found] = destination;
  // It exists, but is not known: neither creating it again nor overwriting it would be right.
  const unreadable = destination.find(({ problem }) => problem);
  if (unreadable?.problem)
    return conflict(
      unreadable.problem.error_class,
      `Entry ${unreadable.external_id} of the destination cannot be read: ${unreadable.problem.message}`,
      unreadable,
    );
  const existing = found && !found.deleted && found.data ? found : null;
  if (source.data === null || target === null) {
    if (!binding || !existing) return { kind: 'unchanged', destination: null };
    return input.destinationDeletes
      ? { kind: 'delete', destination: existing }
      : { kind: 'unchanged', destination: existing };
  }
  if (!binding) {
    if (destination.length > 1)
      return conflict('ambiguous_match', `${destination.length} entries of the destination match.`);
    if (!existing) return input.linkedTo ? planVanished(input, input.linkedTo, target) : planCreate(input, target);
    if (boundElsewhere.has(existing.external_id))
      return conflict(
        'already_bound',
        `Entry ${existing.external_id} of the destination belongs to another item.`,
        existing,
      );
    return planFirstMatch(input, existing, target);
  }
  if (!existing) return planVanished(input, binding.destination_id, target);
  return planThreeWay(input, binding, existing, source.data, target);
}

/** An archived item is not created at a destination without an archive, because it would be active there. */
function planCreate({ mayPass }: PlanInput, target: CanonicalData): ItemPlan {
  if ('active' in target && target.active === false && !mayPass('active'))
    return { kind: 'unchanged', destination: null };
  return { kind: 'create', data: passing(target, mayPass) };
}

function planVanished(input: PlanInput, destinationId: string, target: CanonicalData): ItemPlan {
  if (input.onConflict === 'overwrite') return planCreate(input, target);
  return conflict('deleted_at_destination', `Entry ${destinationId} of the destination was deleted.`);
}

/** Two items that match for the first time complete each other: an empty source field clears nothing, and is filled by a later sync back. */
function planFirstMatch({ mayPass }: PlanInput, existing: ExternalItem, target: CanonicalData): ItemPlan {
  const differing = diffFields(existing.data as CanonicalData, target);
  const written = differing.filter((change) => mayPass(change.field) && !isEmpty(change.new));
  const pending = { fields: fieldsOf(differing.filter((change) => change.new === null)), agreed: target };
  return planUpdate({ existing, target, written, pending, before: null });
}

function planThreeWay(
  { mayPass, onConflict }: PlanInput,
  binding: Binding,
  existing: ExternalItem,
  source: CanonicalData,
  target: CanonicalData,
): ItemPlan {
  const current = existing.data as CanonicalData;
  const differing = diffFields(current, target);
  const changedHere = fieldsOf(diffFields(binding.source_data, source));
  const changedThere = fieldsOf(diffFields(binding.destination_data, current));
  // A variation that both sides added since then is treated like a first match, see planFirstMatch().
  const newHere = newElementFields(binding.source_data, source);
  const brings = ({ field, new: wanted }: FieldChange) =>
    changedHere.has(field) || (newHere.has(field) && !isEmpty(wanted));
  const written = differing.filter((change) => mayPass(change.field) && brings(change));
  const conflicts = written.filter(({ field }) => changedThere.has(field));
  if (conflicts.length > 0 && onConflict === 'skip') {
    const names = conflicts.map(({ field }) => field).join(', ');
    const message = `Both sides changed ${names} since the last sync.`;
    return conflict('changed_on_both_sides', message, existing, conflicts);
  }
  const passesBack = ({ field, new: wanted }: FieldChange) =>
    changedThere.has(field) || (newHere.has(field) && wanted === null);
  const left = differing.filter((change) => passesBack(change) && !written.includes(change));
  const pending = { fields: fieldsOf(left), agreed: binding.destination_data };
  return planUpdate({ existing, target, written, pending, before: binding.source_data });
}

interface Comparison {
  readonly existing: ExternalItem;
  readonly target: CanonicalData;
  readonly written: readonly FieldChange[];
  readonly pending: Pending;
  /** The source at the last sync. */
  readonly before: CanonicalData | null;
}

function planUpdate({ existing, target, written: fields, pending, before }: Comparison): ItemPlan {
  if (fields.length === 0) return { kind: 'unchanged', destination: existing, pending };
  const current = existing.data as CanonicalData;
  const data = mergeLists({ target, current, written: fieldsOf(fields), before });
  return { kind: 'update', destination: existing, data, fields, pending };
}

/** The destination data that the binding stores after a plan was carried out. */
export function agreedOn(plan: ItemPlan, destination: CanonicalData): CanonicalData {
  if ((plan.kind !== 'update' && plan.kind !== 'unchanged') || !plan.pending) return destination;
  return restoreFields(destination, plan.pending.agreed, plan.pending.fields);
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

const fieldsOf = (changes: readonly FieldChange[]): ReadonlySet<FieldPath> =>
  new Set(changes.map(({ field }) => field));

const conflict = (
  error_class: string,
  message: string,
  destination: ExternalItem | null = null,
  fields: readonly FieldChange[] = [],
): ItemPlan => ({ kind: 'conflict', destination, error_class, message, fields });

/** Whether the source is unchanged since the last sync, or holds only what that sync wrote to it. Then there is nothing to do. */
export function isEcho(source: ExternalItem, binding: Binding | null): boolean {
  return binding !== null && source.data !== null && contentHash(source.data) === binding.source_hash;
}
