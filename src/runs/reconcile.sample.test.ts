import { expect, it } from 'vitest';
import { isSampled, sampleSize } from './reconcile.sample.ts';

it('A sample has one in 20 of the items, and no more than is set', () => {
  expect([19, 40, 5_000].map((items) => sampleSize(50, items))).toEqual([0, 2, 50]);
  expect(sampleSize(0, 5_000)).toBe(0);
});

it('Of syncs of 200 items about one in ten is followed by a sample, and of 2,000 each', () => {
  const syncs = Array.from({ length: 1_000 }, (_, n) => `run-${n}`);
  const followed = syncs.filter((syncId) => isSampled(syncId, 200)).length;
  expect(followed).toBeGreaterThan(70);
  expect(followed).toBeLessThan(130);
  expect(syncs.every((syncId) => isSampled(syncId, 2_000))).toBe(true);
});
