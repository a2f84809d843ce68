import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../../connectors/contract/connector.types.ts';
import { contentHash } from './content.hash.ts';
import { diffFields, type FieldChange } from './field.diff.ts';
import { type MayPass, passing } from './field.directions.ts';

/** A pair of ids as one direction of it sees it. */
export interface Binding {
  readonly source_id: string;
  readonly destination_id: string;
  readonly source_hash: string;
  readonly destination_hash: string;
  readonly source_data: CanonicalData;
  readonly destination_data: CanonicalData;
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
    }
  | { readonly kind: 'delete'; readonly destination: ExternalItem }
  /** `destination` null: there is nothing to bind, as with a deleted item that never was there. */
  | { readonly kind: 'unchanged'; readonly destination: ExternalItem | null }
  | {
      readonly kind: 'conflict';
      readonly destination: ExternalItem | null;
      readonly error_class: string;
      readonly message: string;
      readonly fields: readonly FieldChange[];
    };

/**
 * What to do with one item: a three-way comparison of the source, the destination and what both held at the last sync. Only what the
 * source changed since is written; what the destination changed since is a conflict, never overwritten unless the
 * connection says so; what differs though neither changed it is what the destination cannot hold. Pure.
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
    if (!there) return { kind: 'create', data: passing(target, input.mayPass) };
    if (boundElsewhere.has(there.external_id))
      return conflict('already_bound', `Entry ${there.external_id} of the destination belongs to another item.`, there);
    const fields = differing(there.data as CanonicalData, target, input.mayPass);
    // Two that meet for the first time complete each other: what is empty here blanks nothing there.
    return updateOrNot(
      there,
      target,
      fields.filter((change) => !isEmpty(change.new)),
    );
  }
  if (!there) {
    if (input.onConflict === 'overwrite') return { kind: 'create', data: passing(target, input.mayPass) };
    return conflict('deleted_at_destination', `Entry ${binding.destination_id} of the destination was deleted there.`);
  }
  return threeWay(input, binding, there, source.data, target);
}

function threeWay(
  { mayPass, onConflict }: PlanInput,
  binding: Binding,
  there: ExternalItem,
  source: CanonicalData,
  target: CanonicalData,
): ItemPlan {
  const current = there.data as CanonicalData;
  const fields = differing(current, target, mayPass);
  if (fields.length === 0) return { kind: 'unchanged', destination: there };
  const changedHere = fieldsOf(diffFields(binding.source_data, source));
  const changedThere = fieldsOf(diffFields(binding.destination_data, current));
  const conflicts = fields.filter(({ field }) => changedThere.has(field));
  if (conflicts.length > 0 && onConflict === 'skip') {
    const names = conflicts.map(({ field }) => field).join(', ');
    return conflict(
      'changed_at_destination',
      `The destination changed ${names} since the last sync.`,
      there,
      conflicts,
    );
  }
  return updateOrNot(
    there,
    target,
    fields.filter(({ field }) => changedHere.has(field) || changedThere.has(field)),
  );
}

function updateOrNot(there: ExternalItem, target: CanonicalData, fields: readonly FieldChange[]): ItemPlan {
  if (fields.length === 0) return { kind: 'unchanged', destination: there };
  return { kind: 'update', destination: there, data: target, fields };
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

const differing = (current: CanonicalData, target: CanonicalData, mayPass: MayPass): FieldChange[] =>
  diffFields(current, target).filter(({ field }) => mayPass(field));

const fieldsOf = (changes: readonly FieldChange[]): ReadonlySet<string> => new Set(changes.map(({ field }) => field));

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
