import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanonicalData, CanonicalProduct } from '../connectors/canonical/canonical.types.ts';
import { contentHash, diffFields } from './field.diff.ts';
import { agreedOn } from './field.plan.ts';
import { isEcho, planItem } from './item.plan.ts';
import type { Binding } from './plan.types.ts';

/** Both ends of a pair, and what was agreed; `a` is the source of a sync there. */
interface Pair {
  a: CanonicalData;
  b: CanonicalData;
  agreed: { a: CanonicalData; b: CanonicalData };
}

/** One sync of one item as the runner does it, full or incremental. True when something was written. */
function sync(pair: Pair, from: 'a' | 'b', thorough: boolean): 'written' | 'conflict' | 'nothing' {
  const to = from === 'a' ? 'b' : 'a';
  const binding: Binding = {
    ...{ source_id: '1', destination_id: '1', source_data: pair.agreed[from], destination_data: pair.agreed[to] },
    ...{ source_hash: contentHash(pair.agreed[from]), destination_hash: contentHash(pair.agreed[to]) },
    put_away: false,
  };
  const source = { external_id: '1', data: pair[from] };
  if (!thorough && isEcho(source, binding)) return 'nothing';
  const plan = planItem({
    ...{ source, target: pair[from], binding, destination: [{ external_id: '1', data: pair[to] }] },
    ...{ boundElsewhere: new Set<string>(), mayPass: () => true, onConflict: 'skip', destinationDeletes: 'archive' },
  });
  if (plan.kind === 'conflict') return 'conflict';
  if (plan.kind === 'update')
    pair[to] = written(
      pair[to],
      plan.data,
      plan.fields.map(({ field }) => field),
    );
  pair.agreed = { ...pair.agreed, [from]: pair[from], [to]: agreedOn(plan, pair[to]) };
  return plan.kind === 'update' ? 'written' : 'nothing';
}

/** As a connector writes: top members that are named, nothing else. */
function written(current: CanonicalData, data: CanonicalData, fields: readonly string[]): CanonicalData {
  const tops = new Set(fields.map((field) => field.split(/[.[]/, 1)[0] ?? ''));
  const taken = Object.entries(data).filter(([name]) => tops.has(name));
  return { ...current, ...Object.fromEntries(taken) };
}

const value = fc.constantFrom('1', '2', '3', null);
const variation = (Size: string) => fc.record({ options: fc.constant({ Size }), price: value, weight: value });
const product: fc.Arbitrary<CanonicalProduct> = fc.record({
  name: value,
  price: value,
  variations: fc
    .tuple(fc.option(variation('S')), fc.option(variation('M')), fc.option(variation('L')))
    .map((all) => all.filter((one) => one !== null)),
});
const way = fc.record({ from: fc.constantFrom('a' as const, 'b' as const), thorough: fc.boolean() });

const SIZES = ['S', 'M', 'L'];
const PLACES = ['name', 'price', ...SIZES.flatMap((size) => [`${size}.price`, `${size}.weight`])];
/** Who changes what to what: each place by one side only. One side may also add or remove a variation that nobody changes. */
const edits = fc.record({
  places: fc.array(fc.record({ place: fc.constantFrom(...PLACES), by: fc.constantFrom('a', 'b'), value })),
  toggled: fc.record({ size: fc.constantFrom(...SIZES), by: fc.constantFrom('a', 'b', 'nobody') }),
});
type Edits = typeof edits extends fc.Arbitrary<infer T> ? T : never;

function edited(base: CanonicalProduct, { places, toggled }: Edits, side: 'a' | 'b'): CanonicalProduct {
  const firsts = places.filter(({ place }, i) => places.findIndex((other) => other.place === place) === i);
  const mine = firsts.filter(({ by, place }) => by === side && !place.startsWith(`${toggled.size}.`));
  const of = (place: string, was: unknown) => mine.find((edit) => edit.place === place)?.value ?? was;
  const variations = (base.variations ?? []).map((one) => ({
    ...one,
    price: of(`${one.options.Size}.price`, one.price),
    weight: of(`${one.options.Size}.weight`, one.weight),
  }));
  const others = variations.filter(({ options }) => options.Size !== toggled.size);
  const isThere = others.length < variations.length;
  const added = { options: { Size: toggled.size }, price: '7', weight: '7' };
  const toggle = isThere ? others : [...others, added];
  const all = toggled.by === side ? toggle : variations;
  return { ...base, name: of('name', base.name), price: of('price', base.price), variations: all } as CanonicalProduct;
}

describe('A pair that both sides change, synced in any order of ways', () => {
  it('ends equal where no field was changed on both sides, and then nothing is written any more', () => {
    fc.assert(
      fc.property(product, edits, fc.array(way, { maxLength: 4 }), (base, changes, syncs) => {
        const [a, b] = [edited(base, changes, 'a'), edited(base, changes, 'b')];
        const changedIn = (now: CanonicalProduct) => diffFields(base, now).map(({ field }) => field);
        const pair: Pair = { a, b, agreed: { a: base, b: base } };
        for (const { from, thorough } of syncs) expect(sync(pair, from, thorough)).not.toBe('conflict');
        for (const from of ['a', 'b'] as const) sync(pair, from, false);
        expect(diffFields(pair.a, pair.b)).toEqual([]);
        // What the other side did to the list of variations came over, too: that list is neither's.
        for (const now of [a, b])
          for (const field of changedIn(now)) expect(memberOf(pair.a, field)).toEqual(memberOf(now, field));
        for (const from of ['a', 'b'] as const) expect(sync(pair, from, true)).toBe('nothing');
      }),
    );
  });

  it('writes nothing where a field was changed on both sides, and reports it each time', () => {
    fc.assert(
      fc.property(product, fc.array(way, { minLength: 1, maxLength: 4 }), (base, syncs) => {
        const pair: Pair = {
          a: { ...base, name: 'here' },
          b: { ...base, name: 'there' },
          agreed: { a: base, b: base },
        };
        for (const { from } of syncs) expect(sync(pair, from, true)).toBe('conflict');
        expect([pair.a, pair.b]).toEqual([
          { ...base, name: 'here' },
          { ...base, name: 'there' },
        ]);
      }),
    );
  });
});

const memberOf = (data: CanonicalData, field: string): unknown => flat(data).get(field);

function flat(data: CanonicalData): Map<string, unknown> {
  const { variations = [], ...rest } = data as CanonicalProduct;
  const fields = new Map<string, unknown>(Object.entries(rest));
  fields.set('variations', variations.map(({ options }) => `Size=${options.Size}`).sort());
  for (const { options, price, weight } of variations) {
    fields.set(`variations[Size=${options.Size}].price`, price);
    fields.set(`variations[Size=${options.Size}].weight`, weight);
  }
  return fields;
}
