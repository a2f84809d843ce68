import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNestedDeeper, isWiderThan } from './body.parser.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

it('measures the depth of any JSON, whatever its strings hold', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 6 }),
      fc.string({ unit: fc.constantFrom('{', '}', '[', '"', '\\', 'a') }),
      (value, text) => {
        const json = JSON.stringify({ [text]: [value, text] });
        const depth = 2 + depthOf(value);
        expect([isNestedDeeper(json, depth), isNestedDeeper(json, depth - 1)]).toEqual([false, true]);
      },
    ),
  );
});

describe('isWiderThan', () => {
  const object = (count: number, name = 'k') =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, index]));

  it('finds what JSON.parse finds, wherever the object is and whatever its strings hold', () => {
    const widest = (value: unknown): number =>
      typeof value !== 'object' || value === null
        ? 0
        : Math.max(Array.isArray(value) ? 0 : Object.keys(value).length, ...Object.values(value).map(widest));
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.integer({ min: 1, max: 8 }), (json, limit) => {
        // Padded, so that the length alone does not decide.
        const padded = JSON.stringify([JSON.parse(json), ' '.repeat(limit * 5), '":{[']);
        // A name that is there twice counts twice, and is once in what was parsed again here.
        expect(isWiderThan(padded, limit)).toBe(widest(JSON.parse(padded)) > limit);
      }),
    );
  });

  it.each([
    [JSON.stringify(object(50)), 50, false],
    [JSON.stringify(object(51)), 50, true],
    [JSON.stringify(Array(100).fill(object(50))), 50, false],
    [JSON.stringify({ a: [{ b: object(51) }] }), 50, true],
    [JSON.stringify(object(50, '":{')), 50, false],
  ])('%#', (json, limit, expected) => {
    expect(isWiderThan(json, limit)).toBe(expected);
  });
});
