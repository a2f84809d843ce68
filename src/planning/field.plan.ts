import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../connectors/contract/connector.types.ts';
import { diffFields, type FieldChange, type FieldPath, newElementFields, topOf } from './field.diff.ts';
import { mergeLists, restoreFields } from './field.merge.ts';
import { isUnclear, withSkusFrom, withSkusOf } from './line.alignment.ts';
import { byKey, elementOf, hasElements } from './list.elements.ts';
import { keepsPictures } from './picture.addresses.ts';
import type { Binding, ItemPlan, Pending, PlanInput } from './plan.types.ts';

/** Two items that match for the first time complete each other: an empty source field clears nothing, and is filled by a later sync back. */
export function planFirstMatch(
  { mayPass, predecessor }: PlanInput,
  existing: ExternalItem,
  wanted: CanonicalData,
): ItemPlan {
  const { current, target } = aligned(existing, wanted);
  const differing = diffFields(current, target);
  const written = differing.filter((change) => mayPass(change.field) && !isEmpty(change.new));
  const pending = { fields: fieldsOf(differing.filter((change) => change.new === null)), agreed: target };
  return replacing(predecessor, planUpdate({ existing, current, target, written, pending, before: null }));
}

function replacing(predecessor: PlanInput['predecessor'], plan: ItemPlan): ItemPlan {
  return predecessor && (plan.kind === 'update' || plan.kind === 'unchanged')
    ? { ...plan, replaces: predecessor }
    : plan;
}

export function planThreeWay(
  { mayPass, onConflict }: Pick<PlanInput, 'mayPass' | 'onConflict'>,
  binding: Pick<Binding, 'source_data' | 'destination_data'>,
  existing: ExternalItem,
  source: CanonicalData,
  wanted: CanonicalData,
): ItemPlan {
  const { current, target } = aligned(existing, wanted);
  const now = withSkusFrom(target, source);
  const before = withSkusOf(now, binding.source_data);
  const agreed = withSkusOf(target, binding.destination_data);
  const differing = diffFields(current, target);
  const changedHere = fieldsOf(diffFields(before, now));
  const changedThere = fieldsOf(diffFields(agreed, current));
  // A variation that both sides added since then is treated like a first match, see planFirstMatch().
  const newHere = newElementFields(before, now);
  // What changed here is written even where the other side has no such element any more, which is a conflict when it removed it since.
  const stranded = listsWithout(current, changedHere);
  const brings = ({ field, new: value }: FieldChange) =>
    changedHere.has(field) || stranded.has(field) || (newHere.has(field) && !isEmpty(value));
  const written = differing.filter((change) => mayPass(change.field) && brings(change));
  const lost = listsWithout(target, changedThere);
  const conflicts = written.filter(({ field }) => changedThere.has(field) || lost.has(field));
  if (conflicts.length > 0 && onConflict === 'skip') {
    const names = conflicts.map(({ field }) => field).join(', ');
    const message = `Both sides changed ${names} since the last sync.`;
    return conflict('changed_on_both_sides', message, existing, conflicts);
  }
  if (written.some(({ field }) => topOf(field) === 'lines') && isUnclear(target, current)) {
    const message =
      'The source no longer knows the SKU of a line, and which line of the destination that is cannot be told.';
    return conflict('ambiguous_lines', message, existing, written);
  }
  const passesBack = ({ field, new: value }: FieldChange) =>
    changedThere.has(field) || (newHere.has(field) && value === null);
  const left = differing.filter((change) => passesBack(change) && !written.includes(change));
  const pending = { fields: fieldsOf(left), agreed };
  return planUpdate({ existing, current, target, written, pending, before, changed: changedHere });
}

/** Compares the two as they are now, and writes all that differs and may pass. Elements that only the destination has are removed. */
export function planMirror(
  { mayPass, binding, predecessor }: PlanInput,
  existing: ExternalItem,
  wanted: CanonicalData,
): ItemPlan {
  const { current, target } = aligned(existing, wanted);
  const sameFiles = keepsPictures(binding, target, current);
  const differing = diffFields(current, target).filter(({ field }) => field !== 'images' || !sameFiles);
  const written = differing.filter(({ field }) => mayPass(field));
  const left = differing.filter((change) => !written.includes(change));
  const pending = { fields: fieldsOf(left), agreed: binding?.destination_data ?? target };
  return replacing(predecessor, planUpdate({ existing, current, target, written, pending, before: current }));
}

/** Both ends with the same key for what is one line. */
function aligned({ data }: ExternalItem, wanted: CanonicalData): { current: CanonicalData; target: CanonicalData } {
  const current = withSkusOf(wanted, data as CanonicalData);
  return { current, target: withSkusOf(current, wanted) };
}

/** The lists of which `data` lacks an element that has a changed member. */
function listsWithout(data: CanonicalData, changed: ReadonlySet<FieldPath>): ReadonlySet<FieldPath> {
  const lacks = (path: FieldPath) => {
    const [list, key] = [topOf(path), elementOf(path)];
    const elements: unknown = data[list as keyof CanonicalData];
    return key !== null && hasElements(list, elements) && !byKey(list, elements).has(key);
  };
  return new Set([...changed].filter(lacks).map(topOf));
}

interface Comparison {
  readonly existing: ExternalItem;
  /** The data of `existing`, as it is compared. */
  readonly current: CanonicalData;
  readonly target: CanonicalData;
  readonly written: readonly FieldChange[];
  readonly pending: Pending;
  /** The source at the last sync, and what it changed since. */
  readonly before: CanonicalData | null;
  readonly changed?: ReadonlySet<FieldPath>;
}

function planUpdate({ existing, current, target, written: fields, pending, ...since }: Comparison): ItemPlan {
  if (fields.length === 0) return { kind: 'unchanged', destination: existing, pending };
  const data = mergeLists({ target, current, written: fieldsOf(fields), ...since });
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
