import type { CanonicalData, CanonicalOrder } from '../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../connectors/contract/connector.types.ts';
import { awake, BROUGHT_BACK, isAtRest, presentEntry, STATES, saysState } from './archived.entry.ts';
import { contentHash, type FieldChange, type FieldPath } from './field.diff.ts';
import { passing } from './field.directions.ts';
import { mergeLists } from './field.merge.ts';
import { conflict, planFirstMatch, planMirror, planThreeWay } from './field.plan.ts';
import type { Asked } from './match.choice.ts';
import type { ItemPlan, Link, PlanInput } from './plan.types.ts';

/**
 * Plans what to do with one item, by a three-way comparison of the source, the destination and the state of both at the last sync.
 * Fields that only the source changed are written. Fields that both changed are a conflict, unless the connection allows overwriting.
 * Fields that only the destination changed are left to a sync in the other direction. Fields that differ although neither side changed
 * them are ignored: one of the systems cannot store the value. A mirror writes whatever differs. Pure.
 */
export function planItem(input: PlanInput): ItemPlan {
  const { source, target, binding, destination, boundElsewhere } = input;
  const [found] = destination;
  // It exists, but is not known: neither creating it again nor overwriting it would be right.
  const unreadable = destination.find(({ problem }) => problem);
  if (unreadable?.problem)
    return conflict(
      unreadable.problem.error_class,
      `Entry ${unreadable.external_id} of the destination is left alone: ${unreadable.problem.message}`,
      unreadable,
    );
  const existing = presentEntry(found);
  const unsupported = unsupportedType(target, existing);
  if (unsupported) return unsupported;
  if (source.data === null || target === null) return planRemoval(input, existing);
  if (!binding) {
    if (input.asked) return planAsked(input.asked);
    if (!existing) return input.linkedTo ? vanished(input.linkedTo) : planCreate(input, target);
    if (boundElsewhere.has(existing.external_id))
      return conflict(
        'already_bound',
        `Entry ${existing.external_id} of the destination belongs to another item.`,
        existing,
      );
    if (existing.archived) return planArchived(input, existing, source.data, target);
    const isEchoOfLink = input.onConflict !== 'mirror' && contentHash(source.data) === input.linkedHashes?.source_hash;
    return isEchoOfLink ? planLinked(input, existing) : planFields(input, existing, source.data, target);
  }
  if (!existing) return input.onConflict === 'mirror' ? planCreate(input, target) : vanished(binding.destination_id);
  if (existing.archived) return planArchived(input, existing, source.data, target);
  return planFields(input, existing, source.data, target);
}

function planFields(input: PlanInput, existing: ExternalItem, source: CanonicalData, target: CanonicalData): ItemPlan {
  if (input.onConflict === 'mirror') return planMirror(input, existing, target);
  if (!input.binding) return planFirstMatch(input, existing, target);
  return planThreeWay(input, input.binding, existing, source, target);
}

function planAsked({ message, matches: [only, ...more] }: Asked): ItemPlan {
  return conflict('ambiguous_match', message, more.length === 0 ? (only?.entry ?? null) : null);
}

/** A product of a type that no other system holds is never turned into another one, and never overwritten by one. */
function unsupportedType(target: CanonicalData | null, existing: ExternalItem | null): ItemPlan | null {
  const ofSource = typeOf(target);
  if (ofSource)
    return conflict(
      'unsupported_type',
      `A product of the type ${ofSource} is held by its own system only, so it is not written.`,
      existing,
    );
  const ofDestination = typeOf(existing?.data ?? null);
  if (!ofDestination) return null;
  const message = `Entry ${existing?.external_id} of the destination is a product of the type ${ofDestination}, which is left alone.`;
  return conflict('unsupported_type', message, existing);
}

const typeOf = (data: CanonicalData | null): string | null => (data && 'type' in data && data.type) || null;

/** The source is as it was at the last sync, so nothing is written. When the destination is, too, the binding is whole again. */
function planLinked({ linkedHashes }: PlanInput, existing: ExternalItem): ItemPlan {
  const isKept = contentHash(existing.data as CanonicalData) === linkedHashes?.destination_hash;
  return { kind: 'unchanged', destination: isKept ? existing : null };
}

/** The item is gone from the source. What is archived already stays bound, so that it comes back with the item. */
function planRemoval(input: PlanInput, existing: ExternalItem | null): ItemPlan {
  const { binding, linkedHashes, destinationDeletes } = input;
  // Two that somebody linked, and no sync has joined yet, are not one.
  const wasSynced = binding !== null || (linkedHashes?.source_hash ?? null) !== null;
  if (!wasSynced || !existing) return { kind: 'unchanged', destination: null };
  if (existing.archived || binding?.put_away || input.isReplaced || destinationDeletes === 'none')
    return { kind: 'unchanged', destination: null, staysBound: true };
  if (input.inUseElsewhere?.has(existing.external_id))
    return {
      kind: 'unbind',
      destination: existing,
      message: `Entry ${existing.external_id} of the destination is still in use: an item of another system is bound to it, too.`,
    };
  return { kind: 'delete', destination: existing, archives: destinationDeletes === 'archive' };
}

/** Archived is neither present nor gone: the entry is brought back if a sync archived it, and otherwise left alone and told. */
function planArchived(
  input: PlanInput,
  existing: ExternalItem,
  source: CanonicalData,
  target: CanonicalData,
): ItemPlan {
  const { binding, predecessor, putAway, mayPass, onConflict } = input;
  const known: { readonly destination_data: CanonicalData | null } | null = binding ?? predecessor ?? null;
  const agreed = known?.destination_data ?? putAway?.get(existing.external_id) ?? null;
  const isPutAway = binding?.put_away === true || putAway?.has(existing.external_id) === true;
  const planAs = (entry: ExternalItem) => planFields(input, entry, source, target);
  if (isAtRest(target) || (!isPutAway && saysState(target, known && agreed, mayPass)))
    return existing.data ? asSourceSays(planAs(existing), existing, agreed) : archivedConflict(existing);
  // Where the source wins, it also brings back what a person archived. An order that a person cancelled stays cancelled.
  const isOrder = existing.data !== null && 'status' in existing.data;
  const data = isPutAway || (onConflict !== 'skip' && !isOrder) ? awake(existing, agreed) : null;
  if (data) return broughtBack(planAs({ ...existing, data }), input, existing, { data, target });
  const mirrored = existing.data && onConflict === 'mirror' ? planAs(existing) : null;
  return archivedConflict(existing, mirrored?.kind === 'update' ? mirrored.fields : []);
}

const NONE: ReadonlySet<FieldPath> = new Set();

/** A change of archive or status out of the archive brings the entry back first. */
function asSourceSays(plan: ItemPlan, existing: ExternalItem, agreed: CanonicalData | null): ItemPlan {
  if (plan.kind !== 'update' || isAtRest(plan.data) || !plan.fields.some(({ field }) => STATES.has(field))) return plan;
  const data = awake(existing, agreed);
  return data ? { ...plan, awake: data } : plan;
}

/** The plan of an archived entry, which was made as if it were not. */
function broughtBack(
  plan: ItemPlan,
  { mayPass }: PlanInput,
  existing: ExternalItem,
  { data, target }: { readonly data: CanonicalData; readonly target: CanonicalData },
): ItemPlan {
  if (plan.kind !== 'update' && plan.kind !== 'unchanged') return plan;
  const written = plan.kind === 'update' ? plan.fields : [];
  const merged =
    plan.kind === 'update' ? plan.data : mergeLists({ target, current: data, written: NONE, before: null });
  // The status decides how an order comes back, so it is left out where it is not synced.
  const { status, ...others } = merged as CanonicalOrder;
  return {
    kind: 'update',
    destination: existing,
    data: status !== undefined && mayPass('status') ? merged : others,
    fields: [BROUGHT_BACK, ...written.filter(({ field }) => field !== BROUGHT_BACK.field)],
    pending: plan.pending ?? { fields: NONE, agreed: data },
    awake: data,
    ...(plan.replaces && { replaces: plan.replaces }),
  };
}

const archivedConflict = (existing: ExternalItem, fields: readonly FieldChange[] = []): ItemPlan =>
  conflict(
    'archived_at_destination',
    existing.data && 'status' in existing.data
      ? `Entry ${existing.external_id} of the destination was cancelled there. It stays so, and nothing is written to it.`
      : `Entry ${existing.external_id} of the destination is archived there. Nothing is written to it until it is brought back there.`,
    existing,
    fields,
  );

/** An archived item is not created at a destination without an archive, because it would be active there. */
function planCreate({ mayPass }: PlanInput, target: CanonicalData): ItemPlan {
  if ('active' in target && target.active === false && !mayPass('active'))
    return { kind: 'unchanged', destination: null };
  return { kind: 'create', data: passing(target, mayPass) };
}

const vanished = (destinationId: string): ItemPlan =>
  conflict('deleted_at_destination', `Entry ${destinationId} of the destination was deleted.`);

/** Whether the source is unchanged since the last sync, or holds only what that sync wrote to it. Then there is nothing to do. */
export function isEcho(source: ExternalItem, binding: Pick<Link, 'put_away' | 'source_hash'> | null): boolean {
  return (
    binding !== null && !binding.put_away && source.data !== null && contentHash(source.data) === binding.source_hash
  );
}
