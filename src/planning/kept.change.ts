import { isDeepStrictEqual } from 'node:util';
import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import type { ExternalItem, WriteResult } from '../connectors/contract/connector.types.ts';
import { BROUGHT_BACK } from './archived.entry.ts';
import { contentHash } from './field.diff.ts';
import type { RetriedItem } from './planned.outcome.ts';
import type { KeptChange } from './planning.types.ts';
import { resetMembers } from './reset.ts';

/**
 * What was changed at the destination: by this write, or by an earlier attempt whose intended change the destination now has. Empty when
 * nothing was written, or the destination refused it. Pure.
 */
export function keptChange(one: RetriedItem, result: WriteResult | undefined): KeptChange[] {
  const { plan, work } = one;
  const { external_id } = work.item;
  if (plan.kind === 'unbind')
    return [
      { ...NOTHING, external_id, kind: 'unbind', destination_id: plan.destination.external_id, reason: plan.message },
    ];
  if (result && !result.ok) return [];
  const kind = one.intended ?? (result ? plan.kind : 'unchanged');
  if (kind !== 'create' && kind !== 'update' && kind !== 'delete') return [];
  // An earlier attempt saw the entry as it was; since then it may have been written.
  const planned = one.tried?.plan ?? plan;
  const seen = destinationOf(plan);
  const before = one.intended && !one.tried ? null : destinationOf(planned);
  const after = result?.data ?? (kind === 'delete' ? null : (seen?.data ?? null));
  const destination_id = result?.external_id ?? seen?.external_id ?? before?.external_id ?? null;
  const common = { ...NOTHING, external_id, kind, destination_id, after_hash: after && contentHash(after) };
  if (kind === 'create') return [{ ...common, became: membersOf(after) }];
  if (kind === 'delete') {
    const isDelete = planned.kind === 'delete';
    const became = isDelete && planned.resets ? resetMembers(planned.resets) : null;
    const was = membersOf(before?.data ?? null);
    return [{ ...common, via_archive: isDelete && planned.archives, was, became, is_partial: !before?.data }];
  }
  const via_archive = planned.kind === 'update' && planned.awake !== undefined;
  // A shop does not show what is in its trash. That it came back is all that was changed of it, or what it was is not known.
  const isAll = planned.kind === 'update' && planned.fields.every(({ field }) => field === BROUGHT_BACK.field);
  if (via_archive && !before?.data && isAll) return [{ ...common, via_archive, was: {}, became: {} }];
  return [{ ...common, via_archive, ...changedMembers(before?.data ?? null, after) }];
}

const NOTHING = { via_archive: false, after_hash: null, was: null, became: null, is_partial: false, reason: null };

const destinationOf = (plan: RetriedItem['plan']): ExternalItem | null =>
  'destination' in plan ? plan.destination : null;

const membersOf = (data: CanonicalData | null) => data as KeptChange['was'];

/** The top-level members in which the two differ. */
function changedMembers(
  before: CanonicalData | null,
  after: CanonicalData | null,
): Pick<KeptChange, 'was' | 'became' | 'is_partial'> {
  if (!before || !after) return { was: null, became: null, is_partial: true };
  const differing = (one: object, other: object) =>
    Object.fromEntries(
      Object.entries(one).filter(([name, value]) => !isDeepStrictEqual(value, other[name as keyof typeof other])),
    );
  return { was: differing(before, after), became: differing(after, before), is_partial: false };
}
