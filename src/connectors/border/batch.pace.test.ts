import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchPace } from './batch.pace.ts';

/** The sizes of batches for a system that takes so long for an item. */
function sizes(first: number, msPerItem: number, batches: number): number[] {
  const pace = new BatchPace(first);
  return Array.from({ length: batches }, () => {
    const { size } = pace;
    pace.took(size, size * msPerItem);
    return size;
  });
}

describe('The size of a batch', () => {
  it('doubles for a fast system, and shrinks to what a slow one takes in half a minute', () => {
    expect(sizes(25, 1, 4)).toEqual([25, 50, 100, 200]);
    expect(sizes(25, 6_000, 3)).toEqual([25, 5, 5]);
    expect(sizes(25, 60_000, 3)).toEqual([25, 1, 1]);
  });

  it('halves after one that was too much, and grows again', () => {
    const pace = new BatchPace(25);
    pace.tooMuch(25);
    expect(pace.size).toBe(13);
    pace.tooMuch(1);
    expect(pace.size).toBe(1);
    pace.took(1, 10);
    expect(pace.size).toBe(2);
  });

  it('never makes a batch take longer than half a minute, once the system is known', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 30_000 }), (first, msPerItem) => {
        for (const size of sizes(first, msPerItem, 12).slice(1)) expect(size * msPerItem).toBeLessThanOrEqual(30_000);
      }),
    );
  });
});
