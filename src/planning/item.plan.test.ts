import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindingOf, customer, flipped, item, plan, product, synced } from '../../test/runs/plan.support.ts';
import type { CanonicalData, CanonicalProduct } from '../connectors/canonical/canonical.types.ts';
import { diffFields, flatten, newElementFields, topOf } from './field.diff.ts';
import { isEcho } from './item.plan.ts';
import { byKey, elementOf } from './list.elements.ts';

const KINDS = [
  ['customer', customer],
  ['product', product],
] as const;
const fieldsOf = (before: object, after: object) => diffFields(before, after).map(({ field }) => field);

/** Whether a change is of a variation that the product does not have. */
function changesWithout(changed: ReadonlySet<string>, data: object): boolean {
  const variations = byKey('variations', ((data as CanonicalProduct).variations ?? []) as never);
  return [...changed].map(elementOf).some((key) => key !== null && !variations.has(key));
}

describe.each(KINDS)('The plan of a bound %s', (_, entity) => {
  const ends = fc
    .record({ before: entity, source: entity, destination: entity })
    .map(({ before, source, destination }) => ({ source, destination, binding: bindingOf(before, before) }));

  it('changes nothing at the destination but what the source changed', () => {
    fc.assert(
      fc.property(ends, fc.constantFrom('skip', 'overwrite'), (given, onConflict) => {
        const after = synced(given, { onConflict });
        if (!after) return;
        const { source_data } = given.binding;
        const changedHere = [...fieldsOf(source_data, given.source), ...newElementFields(source_data, given.source)];
        // A changed variation that the destination had removed is there again.
        const variations = changedHere.filter((field) => elementOf(field) !== null);
        const allowed = [...changedHere, ...variations.map(topOf)];
        expect(allowed).toEqual(expect.arrayContaining(fieldsOf(given.destination, after.destination)));
        const added = [...newElementFields(given.destination, after.destination)].map(elementOf);
        expect(variations.map(elementOf)).toEqual(expect.arrayContaining(added));
      }),
    );
  });

  it('brings all that the source changed, or reports what both did', () => {
    fc.assert(
      fc.property(ends, (given) => {
        const changedHere = new Set(fieldsOf(given.binding.source_data, given.source));
        const changedThere = new Set(fieldsOf(given.binding.destination_data, given.destination));
        const made = plan(given);
        // One side changed a variation that the other removed.
        const isTorn =
          (changedThere.has('variations') && changesWithout(changedHere, given.destination)) ||
          (changedHere.has('variations') && changesWithout(changedThere, given.source));
        const both = diffFields(given.destination, given.source).filter(
          ({ field }) => (changedHere.has(field) && changedThere.has(field)) || (field === 'variations' && isTorn),
        );
        if (made.kind === 'conflict')
          expect(made).toMatchObject({ error_class: 'changed_on_both_sides', fields: both });
        else {
          expect(both).toEqual([]);
          const left = fieldsOf(synced(given)?.destination ?? {}, given.source);
          expect(left.filter((field) => changedHere.has(field) && !field.startsWith('variations'))).toEqual([]);
        }
      }),
    );
  });

  it('is to do nothing once it was carried out', () => {
    fc.assert(
      fc.property(ends, fc.constantFrom('skip', 'overwrite'), (given, onConflict) => {
        const after = synced(given, { onConflict });
        if (!after) return;
        expect(plan(after)).toMatchObject({ kind: 'unchanged' });
        expect(isEcho(item('s', after.source), after.binding)).toBe(true);
      }),
    );
  });

  it('and then of the way back makes both ends equal, and after that nothing is to be done', () => {
    fc.assert(
      fc.property(ends, (given) => {
        const there = synced(given);
        if (!there) return;
        const back = synced({
          source: there.destination,
          destination: there.source,
          binding: flipped(there.binding),
        });
        if (!back) throw new Error('a conflict on the way back');
        expect(diffFields(back.source, back.destination)).toEqual([]);
        expect(plan(back).kind).toBe('unchanged');
        const { source: destination, destination: source } = back;
        expect(plan({ source, destination, binding: flipped(back.binding) }).kind).toBe('unchanged');
      }),
      { numRuns: 300 },
    );
  });

  it('never writes what may not pass', () => {
    fc.assert(
      fc.property(ends, fc.func(fc.boolean()), (given, allow) => {
        const mayPass = (field: string) => allow(field.split(/[.[]/, 1)[0]) === true;
        const made = plan(given, { mayPass, onConflict: 'overwrite' });
        if (made.kind !== 'update') return;
        expect(made.fields.filter(({ field }) => !mayPass(field))).toEqual([]);
      }),
    );
  });
});

describe.each(KINDS)('Two %ss that meet for the first time', (_, entity) => {
  const ends = fc
    .record({ source: entity, destination: entity })
    .map((pair) => ({ ...pair, binding: null as ReturnType<typeof bindingOf> | null }));
  const isEmpty = (value: unknown) => value === null || (Array.isArray(value) && value.length === 0);

  it('complete each other: nothing is emptied on either side, and both become equal', () => {
    fc.assert(
      fc.property(ends, (given) => {
        const there = synced(given);
        if (!there) throw new Error('a conflict at the first meeting');
        const after = flatten(there.destination);
        for (const [field, value] of flatten(given.destination))
          if (!isEmpty(value)) expect([field, isEmpty(after.get(field))]).toEqual([field, false]);
        expect(plan(there).kind).toBe('unchanged');
        const back = synced({ source: there.destination, destination: there.source, binding: flipped(there.binding) });
        if (!back) throw new Error('a conflict on the way back');
        const held = flatten(back.destination);
        for (const [field, value] of flatten(given.source))
          if (!isEmpty(value)) expect([field, isEmpty(held.get(field))]).toEqual([field, false]);
        expect(diffFields(back.source, back.destination).filter(({ old }) => !Array.isArray(old))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('A plan', () => {
  const ANN: CanonicalData = { email: 'ann@x', name: 'Ann' };
  const BOB: CanonicalData = { email: 'bob@x', name: 'Bob' };
  const binding = bindingOf(ANN, ANN);

  it('creates what is nowhere, of its members those that may pass', () => {
    expect(plan({ source: ANN, destination: null, binding: null })).toEqual({ kind: 'create', data: ANN });
    expect(plan({ source: ANN, destination: null, binding: null }, { mayPass: (field) => field !== 'name' })).toEqual({
      kind: 'create',
      data: { email: 'ann@x' },
    });
  });

  it('asks where a person decides, and does not use an entry that is bound to another', () => {
    const unbound = { source: ANN, destination: ANN, binding: null };
    const match = { entry: item('e', ANN), strength: 'weak', by: ['email'], nameless: false } as const;
    const asked = (count: number) =>
      plan(unbound, { asked: { kind: 'ask', message: 'Which?', matches: Array.from({ length: count }, () => match) } });
    expect(asked(1)).toMatchObject({ error_class: 'ambiguous_match', message: 'Which?', destination: match.entry });
    expect(asked(2)).toMatchObject({ error_class: 'ambiguous_match', destination: null });
    expect(plan(unbound, { boundElsewhere: new Set(['d']) })).toMatchObject({ error_class: 'already_bound' });
    expect(plan(unbound, { boundElsewhere: new Set(['e']) })).toMatchObject({ kind: 'unchanged' });
  });

  it('deletes what the source deleted, if it is bound, there, and the destination deletes', () => {
    const gone = { source: null, destination: BOB, binding };
    expect(plan(gone)).toEqual({ kind: 'delete', destination: item('d', BOB), archives: true });
    expect(plan(gone, { destinationDeletes: 'none' })).toMatchObject({ kind: 'unchanged' });
    for (const nothing of [
      { ...gone, binding: null },
      { ...gone, destination: null },
    ])
      expect(plan(nothing)).toEqual({ kind: 'unchanged', destination: null });
    expect(plan(gone, { destination: [item('d', null)] })).toEqual({ kind: 'unchanged', destination: null });
    expect(plan(gone, { destinationDeletes: 'permanent' })).toMatchObject({ kind: 'delete', archives: false });
    expect(plan(gone, { inUseElsewhere: new Set(['d']) })).toMatchObject({ kind: 'unbind' });
  });

  it('reports what was deleted at the destination', () => {
    const gone = { source: ANN, destination: null, binding };
    expect(plan(gone)).toMatchObject({ kind: 'conflict', error_class: 'deleted_at_destination' });
  });

  it('brings back what a sync archived, reports what a person archived, and where the source wins brings that back, too', () => {
    const archived = { destination: [{ ...item('d', { ...ANN, active: false }), archived: true }] };
    const putAway = { source: ANN, destination: ANN, binding: { ...binding, put_away: true } };
    const broughtBack = {
      kind: 'update',
      fields: [{ field: 'active', old: false, new: true }],
      awake: { ...ANN, active: true },
    };
    expect(plan(putAway, archived)).toMatchObject(broughtBack);
    const byPerson = { ...putAway, binding };
    expect(plan(byPerson, archived)).toMatchObject({ kind: 'conflict', error_class: 'archived_at_destination' });
    expect(plan(byPerson, { ...archived, onConflict: 'overwrite' })).toMatchObject(broughtBack);
    const met = { ...putAway, binding: null };
    expect(plan(met, archived)).toMatchObject({ kind: 'conflict', error_class: 'archived_at_destination' });
    expect(plan(met, { ...archived, putAway: new Map([['d', ANN]]) })).toMatchObject(broughtBack);
  });

  it('does not undo what a person cancelled, and leaves archived what is at rest in the source', () => {
    const ORDER: CanonicalData = { number: '1', status: 'processing' };
    const agreed = bindingOf(ORDER, { ...ORDER, status: 'pending' });
    const cancelled = { destination: [{ ...item('d', { ...ORDER, status: 'cancelled' }), archived: true }] };
    const mayPass = (field: string) => field !== 'status';
    const given = { source: ORDER, destination: ORDER, binding: agreed };
    for (const onConflict of ['skip', 'overwrite'] as const)
      expect(plan(given, { ...cancelled, mayPass, onConflict })).toMatchObject({ kind: 'conflict' });
    const putAway = { ...given, binding: { ...agreed, put_away: true } };
    expect(plan(putAway, { ...cancelled, mayPass })).toMatchObject({
      kind: 'update',
      awake: { ...ORDER, status: 'pending' },
    });
    const source: CanonicalData = { ...ORDER, status: 'refunded' };
    expect(plan({ ...putAway, source }, { ...cancelled, mayPass })).toMatchObject({ kind: 'unchanged' });
  });

  it('keeps a binding while the entry is archived, or while another item takes the place of the one that is gone', () => {
    const gone = { source: null, destination: BOB, binding };
    const kept = { kind: 'unchanged', destination: null, staysBound: true };
    expect(plan(gone, { destination: [{ ...item('d', BOB), archived: true }] })).toEqual(kept);
    expect(plan(gone, { isReplaced: true })).toEqual(kept);
    expect(plan({ ...gone, binding: { ...binding, put_away: true } })).toEqual(kept);
  });

  it('leaves alone what the destination cannot hold and neither changed', () => {
    const kept = { ...ANN, name: 'ANN' };
    expect(plan({ source: ANN, destination: kept, binding: bindingOf(ANN, kept) }).kind).toBe('unchanged');
  });

  it('keeps what the destination changed out of what is agreed, so that it passes the other way', () => {
    const source = { ...ANN, email: 'new@x' };
    const destination = { ...ANN, name: 'Anna' };
    const after = synced({ source, destination, binding });
    expect(after?.destination).toEqual({ email: 'new@x', name: 'Anna' });
    expect(after?.binding.destination_data).toEqual({ email: 'new@x', name: 'Ann' });
  });

  it('lets a variation that both ends made since complete each other, as two that meet', () => {
    const sizeM = (price: string | null, stock: string | null) =>
      ({ variations: [{ options: { Size: 'M' }, price, stock }] }) as CanonicalData;
    const none = bindingOf({ variations: [] } as CanonicalData, { variations: [] } as CanonicalData);
    const there = synced({ source: sizeM('1', null), destination: sizeM('2', '5'), binding: none });
    expect(there?.destination).toEqual(sizeM('1', '5'));
    expect(there?.binding.destination_data).toEqual(sizeM('1', null));
  });

  it('treats a source as an echo only when it equals what the last sync stored', () => {
    expect(isEcho(item('s', { name: 'Ann', email: 'ann@x' }), binding)).toBe(true);
    expect([isEcho(item('s', BOB), binding), isEcho(item('s', null), binding), isEcho(item('s', ANN), null)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
