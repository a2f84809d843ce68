import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isNestedDeeper } from './body.parser.ts';

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
