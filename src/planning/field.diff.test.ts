import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customer, product } from '../../test/runs/plan.support.ts';
import { guardDeletions } from './deletion.guard.ts';
import { contentHash, diffFields, flatten, topOf } from './field.diff.ts';
import { mayPass, passing } from './field.directions.ts';
import { restoreFields } from './field.merge.ts';

const entity = fc.oneof(customer, product);

describe('The differences of two entities', () => {
  it('are none with itself, in any order of its members and variations', () => {
    fc.assert(
      fc.property(product, (data) => {
        const { variations = [], ...rest } = data as { variations?: unknown[] };
        const turned = { variations: [...variations].reverse(), ...Object.fromEntries(Object.entries(rest).reverse()) };
        expect(diffFields(data, data)).toEqual([]);
        expect(diffFields(data, turned)).toEqual([]);
      }),
    );
  });

  it('are the same fields from either side, with old and new exchanged', () => {
    fc.assert(
      fc.property(entity, entity, (a, b) => {
        const there = diffFields(a, b).map((change) => ({ field: change.field, old: change.new, new: change.old }));
        const byField = (x: { field: string }, y: { field: string }) => (x.field < y.field ? -1 : 1);
        expect(diffFields(b, a).sort(byField)).toEqual(there.sort(byField));
      }),
    );
  });

  it('are those of a customer that flattening shows, and none in what one side leaves out', () => {
    fc.assert(
      fc.property(customer, customer, fc.subarray(['email', 'name', 'billing']), (a, b, left) => {
        const part = Object.fromEntries(Object.entries(b).filter(([name]) => !left.includes(name)));
        const old = flatten(a);
        const expected = [...flatten(part)].filter(([field, value]) => old.get(field) !== value);
        expect(diffFields(a, part)).toEqual(
          expected.map(([field, value]) => ({ field, old: old.get(field), new: value })),
        );
      }),
    );
  });

  it('are gone once all of them are reverted', () => {
    fc.assert(
      fc.property(entity, entity, (before, after) => {
        const fields = new Set(diffFields(before, after).map(({ field }) => field));
        expect(diffFields(before, restoreFields(after, before, fields))).toEqual([]);
        expect(restoreFields(after, before, new Set())).toEqual(after);
      }),
    );
  });

  it('name the variation and the line by what identifies it in every system', () => {
    const shirt = (price: string) => ({ variations: [{ options: { Size: 'M', Colour: 'red' }, sku: 'X', price }] });
    expect(diffFields(shirt('1'), shirt('2'))).toEqual([
      { field: 'variations[Colour=red, Size=M].price', old: '1', new: '2' },
    ]);
    const order = (...quantities: string[]) => ({
      lines: quantities.map((quantity) => ({ kind: 'product', name: 'Tea', sku: 'T', quantity })),
    });
    expect(diffFields(order('1', '2'), order('1', '3'))).toEqual([
      { field: 'lines[product T #2].quantity', old: '2', new: '3' },
    ]);
    expect(topOf('lines[product T #2].quantity')).toBe('lines');
  });

  it('of attributes do not mind the order of options', () => {
    const sized = (...options: string[]) => ({ attributes: [{ name: 'Size', options }] });
    expect(diffFields(sized('S', 'M'), sized('M', 'S'))).toEqual([]);
    expect(diffFields(sized('S', 'M'), sized('M'))).toHaveLength(1);
  });
});

describe('The content hash', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, member]) => [name, shuffled(member)]),
    );
  };

  it('is equal for any order of members, also after a journey through JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(contentHash(shuffled(value))).toBe(contentHash(value));
        expect(contentHash(JSON.parse(JSON.stringify(value)))).toBe(contentHash(value));
      }),
    );
  });

  it('distinguishes different content, also an empty member from one that is left out', () => {
    fc.assert(
      fc.property(entity, entity, (a, b) => {
        expect(contentHash(a) === contentHash(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    expect(new Set([{}, { email: null }, { email: '' }, null].map(contentHash)).size).toBe(4);
    expect(contentHash({ email: undefined })).toBe(contentHash({}));
  });
});

describe('What may pass', () => {
  const end = (directions: object, fields = ['email', 'name', 'billing'], default_directions = {}) => ({
    entity: { fields, default_directions } as never,
    directions: directions as never,
  });
  const OPEN = end({});

  it('leaves the source and enters the destination, which must hold it', () => {
    const cases = [
      [end({}), OPEN, true],
      [end({ email: 'read' }), OPEN, true],
      [end({ email: 'write' }), OPEN, false],
      [end({ email: 'none' }), OPEN, false],
      [OPEN, end({ email: 'write' }), true],
      [OPEN, end({ email: 'read' }), false],
      [OPEN, end({ email: 'none' }), false],
      [OPEN, end({}, ['name']), false],
      [OPEN, end({}, ['email'], { email: 'read' }), false],
      [OPEN, end({ email: 'both' }, ['email'], { email: 'read' }), true],
    ] as const;
    expect(cases.map(([source, destination]) => mayPass(source, destination)('email'))).toEqual(
      cases.map(([, , may]) => may),
    );
  });

  it('is decided by the path before the member it leads into', () => {
    const may = mayPass(OPEN, end({ billing: 'read', 'billing.city': 'both' }));
    expect([may('billing.city'), may('billing.line1')]).toEqual([true, false]);
    expect(mayPass(OPEN, end({ lines: 'read' }, ['lines']))('lines[product T].quantity')).toBe(false);
  });

  it('is all of a create when all may, and none of it when nothing may', () => {
    fc.assert(
      fc.property(entity, fc.func(fc.boolean()), (data, allow) => {
        expect(passing(data, () => true)).toEqual(data);
        expect(passing(data, () => false)).toEqual({});
        const may = (field: string) => allow(field) === true;
        expect([...flatten(passing(data, may)).keys()]).toEqual([...flatten(data).keys()].filter(may));
      }),
    );
  });
});

describe('The guard of deletions', () => {
  const limits = (percent: number, count: number | null = null) => ({ percent, count });

  it('lets nothing pass above the share or the count, and anything up to them', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), fc.nat(100), fc.option(fc.nat(50)), (deletes, known, percent, count) => {
        const above = deletes * 100 > percent * known || (count !== null && deletes > count);
        const refused = guardDeletions(deletes, known, limits(percent, count)) !== null;
        if (deletes === 0) expect(refused).toBe(false);
        else if (known > 0) expect(refused).toBe(above);
        else expect(refused).toBe(percent < 100 || (count !== null && deletes > count));
      }),
    );
  });

  it('says what tripped it', () => {
    expect(guardDeletions(20, 100, limits(15))).toBe(
      '20 of 100 (20.0 %) would be deleted, which is above the guard of 15 %.',
    );
    expect(guardDeletions(6, 1000, limits(15, 5))).toBe(
      '6 of 1000 (0.6 %) would be deleted, which is above the guard of 5.',
    );
  });
});
