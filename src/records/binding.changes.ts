import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import type { WriteResult } from '../connectors/contract/connector.types.ts';
import { contentHash } from '../planning/field.diff.ts';
import { remembering } from '../planning/field.merge.ts';
import { agreedOn } from '../planning/field.plan.ts';
import type { Binding, ItemPlan, Link } from '../planning/plan.types.ts';
import type { RetriedItem } from '../planning/planned.outcome.ts';
import type { KeptChange } from '../planning/planning.types.ts';
import { membersNamed, resetMembers, withoutState } from '../planning/reset.ts';
import { type Pair, sourceSide } from './bindings.sql.ts';

/** A binding in its stored form. Side a is the connection with the smaller id. */
export interface StoredBinding {
  /** To remove a binding, one of the two ids is enough. */
  readonly id_a?: string;
  readonly id_b?: string;
  readonly hash_a?: string | null;
  readonly hash_b?: string | null;
  readonly data_a?: CanonicalData;
  readonly data_b?: CanonicalData;
  readonly born_a?: string | null;
  readonly born_b?: string | null;
  readonly put_away?: boolean;
  readonly removed?: boolean;
}

/** A binding or a link to store, or the source id of one to remove. */
type BindingChange = Binding | Link | { readonly source_id: string; readonly removed: true };

/** The changes of an item's binding after its plan and its write. Empty when the binding stays the same. */
export function bindingChanges(one: RetriedItem, result: WriteResult | undefined): BindingChange[] {
  const { work, plan, binding, link, undoes, intended } = one;
  if (undoes) return bindingAfterUndo(one, undoes, result);
  const { external_id: source_id, data: source, born } = work.item;
  // What is linked and has no data any more goes the same way.
  const removal: BindingChange[] = binding || !source ? [{ source_id, removed: true }] : [];
  if (plan.kind === 'conflict' || plan.kind === 'refused' || (result && !result.ok)) return [];
  if (plan.kind === 'unbind') return removal;
  const known = binding ?? link;
  if (plan.kind === 'delete') return known && plan.archives ? [{ ...known, put_away: true }] : removal;
  // What is archived, or kept for an item that takes its place, stays bound. The archiving may be ours, though its answer was lost.
  if (!source && plan.kind === 'unchanged' && plan.staysBound)
    return known && intended === 'delete' ? [{ ...known, put_away: true }] : [];
  if (!source) return removal;
  const entry = result ?? ('destination' in plan ? plan.destination : null);
  if (!entry?.data) return [];
  const agreed = agreedOn(plan, entry.data);
  const isSame = binding?.destination_id === entry.external_id;
  const next: Binding = {
    source_id,
    destination_id: entry.external_id,
    source_hash: contentHash(source),
    destination_hash: contentHash(agreed),
    source_data: remembering(source, binding?.source_data),
    destination_data: remembering(agreed, isSame ? binding?.destination_data : undefined),
    source_born: born ?? null,
    destination_born: entry.born ?? (isSame ? binding?.destination_born : null) ?? null,
    // An item that is at rest itself leaves its entry archived.
    put_away: binding?.put_away === true && staysArchived(plan),
  };
  const replaced: BindingChange[] =
    'replaces' in plan && plan.replaces ? [{ source_id: plan.replaces.source_id, removed: true }] : [];
  if (binding?.destination_id !== next.destination_id) return [...replaced, ...removal, next];
  return KEPT.every((name) => (binding[name] ?? null) === next[name]) ? [] : [next];
}

/**
 * The binding after a change was taken back: as it was before, so that the next sync that compares the item brings the change again, and
 * a sync in the other direction takes nothing for a change of the destination.
 */
function bindingAfterUndo(
  { plan, binding, intended }: RetriedItem,
  { kind, was, became }: KeptChange,
  result: WriteResult | undefined,
): BindingChange[] {
  // What an attempt wrote whose answer was lost is found as it is to be.
  const done = result ? result.ok && plan.kind : plan.kind === 'unchanged' && intended;
  if (!binding || !done) return [];
  const entry = 'destination' in plan ? plan.destination : null;
  if (done === 'delete') {
    const isArchived = plan.kind === 'delete' ? plan.archives : entry?.archived === true;
    if (!isArchived) return [{ source_id: binding.source_id, removed: true }];
    const back = kind === 'update' ? withoutState(was ?? {}) : {};
    const held = { ...entry?.data, ...(plan.kind === 'delete' && plan.resets && resetMembers(plan.resets)) };
    return [{ ...withSides(binding, back, membersNamed(held, Object.keys(back))), put_away: true }];
  }
  const data = result?.ok ? result.data : entry?.data;
  if (done !== 'update' || !data) return [];
  const back = kind === 'delete' ? membersNamed(was ?? {}, Object.keys(became ?? {})) : (was ?? {});
  const changed = withSides(binding, back, membersNamed(data, Object.keys(back)));
  return [kind === 'delete' ? { ...changed, put_away: false } : changed];
}

/** The binding with these members on each side. */
function withSides(binding: Binding, source: object, destination: object): Binding {
  const source_data = withMembers(binding.source_data, source);
  const destination_data = withMembers(binding.destination_data, destination);
  const hashes = { source_hash: contentHash(source_data), destination_hash: contentHash(destination_data) };
  return { ...binding, ...hashes, source_data, destination_data };
}

/** The data with the values of those of its members that are named. */
const withMembers = (data: CanonicalData, values: object): CanonicalData =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, name in values ? values[name as keyof typeof values] : value]),
  ) as CanonicalData;

const staysArchived = (plan: ItemPlan): boolean =>
  (plan.kind === 'unchanged' || (plan.kind === 'update' && !plan.awake)) && plan.destination?.archived === true;

const KEPT = ['source_hash', 'destination_hash', 'source_born', 'destination_born', 'put_away'] as const;

/** Converts a change to the stored form. Side a is the connection with the smaller id. */
export function stored(pair: Pair, change: BindingChange): StoredBinding {
  const aIsSource = sourceSide(pair) === 'a';
  if ('removed' in change) return { [aIsSource ? 'id_a' : 'id_b']: change.source_id, removed: true };
  const { source_data, destination_data } = 'source_data' in change ? change : {};
  const source = [change.source_id, change.source_hash, source_data, change.source_born] as const;
  const { destination_id, destination_hash, destination_born } = change;
  const destination = [destination_id, destination_hash, destination_data, destination_born] as const;
  const [a, b] = aIsSource ? [source, destination] : [destination, source];
  const [id_a, hash_a, data_a, born_a] = a;
  const [id_b, hash_b, data_b, born_b] = b;
  const { put_away } = change;
  return { id_a, hash_a, data_a, born_a, id_b, hash_b, data_b, born_b, put_away };
}
