import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../connectors/contract/connector.types.ts';
import { contentHash, diffFields, type FieldChange, type FieldPath, newElementFields } from './field.diff.ts';
import { type MayPass, passing } from './field.directions.ts';
import { mergeLists, takeBack } from './field.merge.ts';

/** A pair of ids as one direction of it sees it. */
export interface Binding {
  readonly source_id: string;
  readonly destination_id: string;
  readonly source_hash: string;
  readonly destination_hash: string;
  readonly source_data: CanonicalData;
  /** Without what changed there and has yet to pass the other way; see Pending. */
  readonly destination_data: CanonicalData;
}

/**
 * What the destination changed by itself: it passes with a sync the other way, so the binding keeps what was agreed before it.
 * Otherwise that sync would take the change for an echo of ours.
 */
interface Pending {
  readonly fields: ReadonlySet<FieldPath>;
  /** Has these fields as they were agreed on. */
  readonly agreed: CanonicalData;
}

/** What is known of one item before anything is decided. */
export interface PlanInput {
  /** As read now; `data` null: deleted. */
  readonly source: ExternalItem;
  /** `source.data` with its references in the destination's ids. */
  readonly target: CanonicalData | null;
  readonly binding: Binding | null;
  /** What the destination holds under the binding, or, unbound, what matches. */
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
  /** `destination` null: there is nothing to bind, as with a deleted item that never was there. */
  | { readonly kind: 'unchanged'; readonly destination: ExternalItem | null; readonly pending?: Pending }
  | {
      readonly kind: 'conflict';
      readonly destination: ExternalItem | null;
      readonly error_class: string;
      readonly message: string;
      readonly fields: readonly FieldChange[];
    };

/**
 * What to do with one item: a three-way comparison of the source, the destination and what both held at the last sync. Only what the
 * source changed since is written; what both changed is a conflict, never overwritten unless the connection says so; what only the
 * destination changed is left to a sync the other way; what differs though neither changed it is what one of them cannot hold. Pure.
 */
export function planItem(input: PlanInput): ItemPlan {
  const { source, target, binding, destination, boundElsewhere } = input;
  const [found] = destination;
  const there = found && !found.deleted && found.data ? found : null;
  if (source.data === null || target === null) {
    if (!binding || !there) return { kind: 'unchanged', destination: null };
    return input.destinationDeletes
      ? { kind: 'delete', destination: there }
      : { kind: 'unchanged', destination: there };
  }
  if (!binding) {
    if (destination.length > 1)
      return conflict('ambiguous_match', `${destination.length} entries of the destination match.`);
    if (!there) return createOrNot(input, target);
    if (boundElsewhere.has(there.external_id))
      return conflict('already_bound', `Entry ${there.external_id} of the destination belongs to another item.`, there);
    return meet(input, there, target);
  }
  if (!there) {
    if (input.onConflict === 'overwrite') return createOrNot(input, target);
    return conflict('deleted_at_destination', `Entry ${binding.destination_id} of the destination was deleted there.`);
  }
  return threeWay(input, binding, there, source.data, target);
}

/** What is in the source's archive stays out of a destination that has none: there it would come back to life. */
function createOrNot({ mayPass }: PlanInput, target: CanonicalData): ItemPlan {
  if ('active' in target && target.active === false && !mayPass('active'))
    return { kind: 'unchanged', destination: null };
  return { kind: 'create', data: passing(target, mayPass) };
}

/** Two that meet for the first time complete each other: what is empty here blanks nothing there, and passes back later. */
function meet({ mayPass }: PlanInput, there: ExternalItem, target: CanonicalData): ItemPlan {
  const differing = diffFields(there.data as CanonicalData, target);
  const written = differing.filter((change) => mayPass(change.field) && !isEmpty(change.new));
  const pending = { fields: fieldsOf(differing.filter((change) => change.new === null)), agreed: target };
  return updateOrNot({ there, target, written, pending, before: null });
}

function threeWay(
  { mayPass, onConflict }: PlanInput,
  binding: Binding,
  there: ExternalItem,
  source: CanonicalData,
  target: CanonicalData,
): ItemPlan {
  const current = there.data as CanonicalData;
  const differing = diffFields(current, target);
  const changedHere = fieldsOf(diffFields(binding.source_data, source));
  const changedThere = fieldsOf(diffFields(binding.destination_data, current));
  // A variation that both ends made since is one that meets for the first time, see meet().
  const newHere = newElementFields(binding.source_data, source);
  const brings = ({ field, new: wanted }: FieldChange) =>
    changedHere.has(field) || (newHere.has(field) && !isEmpty(wanted));
  const written = differing.filter((change) => mayPass(change.field) && brings(change));
  const conflicts = written.filter(({ field }) => changedThere.has(field));
  if (conflicts.length > 0 && onConflict === 'skip') {
    const names = conflicts.map(({ field }) => field).join(', ');
    const message = `Both sides changed ${names} since the last sync.`;
    return conflict('changed_on_both_sides', message, there, conflicts);
  }
  const passesBack = ({ field, new: wanted }: FieldChange) =>
    changedThere.has(field) || (newHere.has(field) && wanted === null);
  const left = differing.filter((change) => passesBack(change) && !written.includes(change));
  const pending = { fields: fieldsOf(left), agreed: binding.destination_data };
  return updateOrNot({ there, target, written, pending, before: binding.source_data });
}

interface Comparison {
  readonly there: ExternalItem;
  readonly target: CanonicalData;
  readonly written: readonly FieldChange[];
  readonly pending: Pending;
  /** The source at the last sync. */
  readonly before: CanonicalData | null;
}

function updateOrNot({ there, target, written: fields, pending, before }: Comparison): ItemPlan {
  if (fields.length === 0) return { kind: 'unchanged', destination: there, pending };
  const current = there.data as CanonicalData;
  const data = mergeLists({ target, current, written: fieldsOf(fields), before });
  return { kind: 'update', destination: there, data, fields, pending };
}

/** What a binding keeps of the destination after a plan was carried out. */
export function agreedOn(plan: ItemPlan, destination: CanonicalData): CanonicalData {
  if ((plan.kind !== 'update' && plan.kind !== 'unchanged') || !plan.pending) return destination;
  return takeBack(destination, plan.pending.agreed, plan.pending.fields);
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

/** True when the source holds what it held at the last sync, or what that sync itself wrote there: nothing to do. */
export function isEcho(source: ExternalItem, binding: Binding | null): boolean {
  return binding !== null && source.data !== null && contentHash(source.data) === binding.source_hash;
}
