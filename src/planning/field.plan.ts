import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../connectors/contract/connector.types.ts';
import { diffFields, type FieldChange, type FieldPath, newElementFields } from './field.diff.ts';
import { mergeLists, restoreFields } from './field.merge.ts';
import type { Binding, ItemPlan, Pending, PlanInput } from './plan.types.ts';

/** Two items that match for the first time complete each other: an empty source field clears nothing, and is filled by a later sync back. */
export function planFirstMatch(
  { mayPass, predecessor }: PlanInput,
  existing: ExternalItem,
  target: CanonicalData,
): ItemPlan {
  const differing = diffFields(existing.data as CanonicalData, target);
  const written = differing.filter((change) => mayPass(change.field) && !isEmpty(change.new));
  const pending = { fields: fieldsOf(differing.filter((change) => change.new === null)), agreed: target };
  const plan = planUpdate({ existing, target, written, pending, before: null });
  return predecessor && (plan.kind === 'update' || plan.kind === 'unchanged')
    ? { ...plan, replaces: predecessor }
    : plan;
}

export function planThreeWay(
  { mayPass, onConflict }: Pick<PlanInput, 'mayPass' | 'onConflict'>,
  binding: Pick<Binding, 'source_data' | 'destination_data'>,
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

export const conflict = (
  error_class: string,
  message: string,
  destination: ExternalItem | null = null,
  fields: readonly FieldChange[] = [],
): ItemPlan => ({ kind: 'conflict', destination, error_class, message, fields });
