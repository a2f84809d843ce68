import type { CanonicalData, CanonicalOrder } from '../connectors/canonical/canonical.types.ts';
import type { EntityDescription, ExternalItem, Match } from '../connectors/contract/connector.types.ts';
import { awake, BROUGHT_BACK, isAtRest, presentEntry } from './archived.entry.ts';
import { contentHash, diffFields, type FieldChange } from './field.diff.ts';
import { type MayPass, passing } from './field.directions.ts';
import { conflict, planThreeWay } from './field.plan.ts';
import type { ItemPlan } from './plan.types.ts';
import type { KeptChange } from './planning.types.ts';
import { membersNamed, withoutState } from './reset.ts';

/** Everything that taking back the change of one item depends on. */
interface UndoInput {
  readonly change: KeptChange;
  /** The entry that was changed, as the destination has it now. */
  readonly found: ExternalItem | undefined;
  /** For an entry that was deleted for good: what the destination has that looks the same. */
  readonly matches: readonly Match[];
  readonly mayPass: MayPass;
  readonly destinationDeletes: EntityDescription['deletes'];
  /** The entry is bound to an item of another connection, too. */
  readonly isInUseElsewhere: boolean;
}

/**
 * Plans the inverse of a change, for the entry as it is now. What somebody changed since is not touched: the conflict names each field
 * with the value that the run left and the one that is there now. Pure.
 */
export function planUndo(input: UndoInput): ItemPlan {
  const { change, found } = input;
  if (found?.problem) return conflict(found.problem.error_class, found.problem.message, found);
  const existing = presentEntry(found);
  switch (change.kind) {
    case 'create':
      return undoCreate(input, existing);
    case 'update':
      return undoUpdate(input, existing);
    case 'delete':
      return change.via_archive ? undoArchive(input, existing) : undoDelete(input, existing);
    case 'unbind':
      return conflict('nothing_written', 'The run only removed the binding. The entry is as it was.', existing);
  }
}

const GONE: ItemPlan = { kind: 'unchanged', destination: null };

function undoCreate(input: UndoInput, existing: ExternalItem | null): ItemPlan {
  const { change, destinationDeletes, isInUseElsewhere } = input;
  if (existing?.archived) return { kind: 'unchanged', destination: existing };
  if (!existing?.data) return GONE;
  const since = change.became ? diffFields(change.became, existing.data) : [];
  const isAsLeft = change.became ? since.length === 0 : contentHash(existing.data) === change.after_hash;
  if (!isAsLeft) return changedSince(existing, since);
  if (destinationDeletes === 'none')
    return conflict('cannot_delete', 'The destination deletes nothing, so what was created there stays.', existing);
  if (isInUseElsewhere)
    return conflict(
      'in_use_elsewhere',
      `Entry ${existing.external_id} is in use: an item of another system is bound to it, too.`,
      existing,
    );
  return { kind: 'delete', destination: existing, archives: destinationDeletes === 'archive' };
}

function undoUpdate(input: UndoInput, existing: ExternalItem | null): ItemPlan {
  const { change, mayPass, destinationDeletes } = input;
  const { was, became } = change;
  if (!existing?.data) return vanished(change);
  if (!was || !became) return notKept(existing);
  const now = existing.data;
  const ours = new Set(diffFields(became, was).flatMap(({ field }) => (mayPass(field) ? field : [])));
  const target = overlaid(now, was, became);
  const isBack = new Set(
    [...ours].filter((field) => !diffFields(now, target).some((change) => change.field === field)),
  );
  const since = diffFields(became, now).filter(({ field }) => ours.has(field) && !isBack.has(field));
  if (change.via_archive) {
    if (existing.archived) return { kind: 'unchanged', destination: existing };
    if (since.length > 0) return changedSince(existing, since);
    const archived: ItemPlan = { kind: 'delete', destination: existing, archives: destinationDeletes === 'archive' };
    const reset = writtenBack(existing, withoutState(was), withoutState(became), mayPass);
    if (reset.kind !== 'update') return reset.kind === 'conflict' ? reset : archived;
    return { ...archived, resets: { data: reset.data, fields: reset.fields } };
  }
  if (since.length > 0) return changedSince(existing, since);
  const left = overlaid(now, became, was);
  if (existing.archived && !isAtRest(left))
    return conflict('archived_at_destination', `Entry ${existing.external_id} was archived since the run.`, existing);
  const plan = writtenBack(existing, was, became, mayPass);
  if (plan.kind !== 'update' || !existing.archived || isAtRest(plan.data)) return plan;
  const data = awake(existing, target);
  return data ? { ...plan, awake: data } : plan;
}

/** The members as they were, written to an entry that has them as they became. */
function writtenBack(existing: ExternalItem, was: object, became: object, mayPass: MayPass): ItemPlan {
  const now = existing.data as CanonicalData;
  const [target, left] = [overlaid(now, was, became), overlaid(now, became, was)];
  return planThreeWay(
    { mayPass, onConflict: 'overwrite' },
    { source_data: left, destination_data: left },
    existing,
    target,
    target,
  );
}

function undoArchive({ change, mayPass }: UndoInput, existing: ExternalItem | null): ItemPlan {
  if (!existing) return vanished(change);
  if (!existing.archived) return { kind: 'unchanged', destination: existing };
  const was = change.was as CanonicalData | null;
  const data = awake(existing, was);
  if (!data) return notKept(existing);
  // What was written before the entry was archived is written back with it.
  const became = change.became ?? {};
  const since = was ? diffFields({ ...was, ...became }, data).filter(({ field }) => mayPass(field)) : [];
  if (since.length > 0) return changedSince(existing, since);
  const earlier = membersNamed(was ?? {}, Object.keys(became));
  const back = writtenBack({ ...existing, data }, earlier, became, mayPass);
  if (back.kind === 'conflict') return back;
  const [whole, fields] = back.kind === 'update' ? [back.data, back.fields] : [data, []];
  // The status decides how an order comes back, so it is left out where it is not synced.
  const { status, ...others } = whole as CanonicalOrder;
  return {
    kind: 'update',
    destination: existing,
    data: status !== undefined && mayPass('status') ? whole : (others as CanonicalData),
    fields: [BROUGHT_BACK, ...fields],
    pending: { fields: new Set(), agreed: data },
    awake: data,
  };
}

/** The entry gets another id. What looks the same is not made a second time. */
function undoDelete({ change, matches, mayPass }: UndoInput, existing: ExternalItem | null): ItemPlan {
  if (existing) return { kind: 'unchanged', destination: existing };
  const marked = matches.find((match) => match.marked);
  if (marked) return { kind: 'unchanged', destination: marked };
  const [like] = matches;
  if (like) return conflict('exists_again', `Entry ${like.external_id} looks the same as what was deleted.`, like);
  if (!change.was) return notKept(null);
  return { kind: 'create', data: passing(change.was as CanonicalData, mayPass) };
}

/** The data with these members as they were, and without those that came later. */
function overlaid(data: CanonicalData, was: object, became: object): CanonicalData {
  const kept = Object.entries(data).filter(([name]) => !(name in became) || name in was);
  return { ...Object.fromEntries(kept), ...was } as CanonicalData;
}

function changedSince(existing: ExternalItem, fields: readonly FieldChange[]): ItemPlan {
  const names = fields.map(({ field }) => field).join(', ');
  return conflict(
    'changed_since',
    `Changed since the run${names && `: ${names}`}. It is left as it is.`,
    existing,
    fields,
  );
}

const vanished = ({ destination_id }: KeptChange): ItemPlan =>
  conflict('deleted_at_destination', `Entry ${destination_id} was deleted since the run.`);

const notKept = (existing: ExternalItem | null): ItemPlan =>
  conflict('not_kept', 'What it was before the run is not known, or was too large to keep.', existing);
