import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lexicalAt, lexicalRankOf } from './lexical.order.ts';

describe('The order of numbers as text', () => {
  it('is the order that sorting the texts gives', () => {
    for (const count of [1, 9, 10, 11, 99, 100, 101, 1200, 2345]) {
      const sorted = Array.from({ length: count }, (_, i) => String(i + 1)).sort();
      expect(sorted.map((_, rank) => String(lexicalAt(rank, count)))).toEqual(sorted);
    }
  });

  it('finds the rank that gives a number back, up to millions', () => {
    const numbers = fc.integer({ min: 1, max: 3_000_000 });
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const [number, count] = [Math.min(a, b), Math.max(a, b)];
        expect(lexicalAt(lexicalRankOf(number, count), count)).toBe(number);
      }),
    );
  });
});
