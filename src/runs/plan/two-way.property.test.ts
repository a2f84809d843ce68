import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CanonicalData, CanonicalProduct } from '../../connectors/canonical/canonical.types.ts';
import { contentHash } from './content.hash.ts';
import { diffFields } from './field.diff.ts';
import { agreedOn, type Binding, isEcho, planItem } from './item.plan.ts';

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
  };
  const source = { external_id: '1', data: pair[from] };
  if (!thorough && isEcho(source, binding)) return 'nothing';
  const plan = planItem({
    ...{ source, target: pair[from], binding, destination: [{ external_id: '1', data: pair[to] }] },
    ...{ boundElsewhere: new Set<string>(), mayPass: () => true, onConflict: 'skip', destinationDeletes: true },
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
const side = fc.record({ from: fc.constantFrom('a' as const, 'b' as const), thorough: fc.boolean() });

describe('A pair that both sides change, synced in any order of ways', () => {
  it('ends equal where no field was changed on both sides, and then nothing is written any more', () => {
    fc.assert(
      fc.property(product, product, product, fc.array(side, { maxLength: 4 }), (base, a, b, syncs) => {
        const changed = (now: CanonicalProduct) => new Set(diffFields(base, now).map(({ field }) => field));
        const [here, there] = [changed(a), changed(b)];
        const isAlone = (field: string) => !there.has(field) && !(field.includes('[') && there.has('variations'));
        fc.pre([...here].every(isAlone) && [...there].every((f) => !(f.includes('[') && here.has('variations'))));
        const pair: Pair = { a, b, agreed: { a: base, b: base } };
        for (const { from, thorough } of syncs) expect(sync(pair, from, thorough)).not.toBe('conflict');
        for (const from of ['a', 'b'] as const) sync(pair, from, false);
        expect(diffFields(pair.a, pair.b)).toEqual([]);
        for (const field of here) expect(valueOf(pair.b, field)).toEqual(valueOf(a, field));
        for (const field of there) expect(valueOf(pair.a, field)).toEqual(valueOf(b, field));
        for (const from of ['a', 'b'] as const) expect(sync(pair, from, true)).toBe('nothing');
      }),
    );
  });

  it('writes nothing where a field was changed on both sides, and tells it each time', () => {
    fc.assert(
      fc.property(product, fc.array(side, { minLength: 1, maxLength: 4 }), (base, syncs) => {
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

const valueOf = (data: CanonicalData, field: string): unknown => flat(data).get(field);

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
