import { expect, it } from 'vitest';
import { isSampled, sampleSize, sampleStarts } from './reconcile.sample.ts';

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

it.each([
  ['numbers', (n: number) => String(n + 1)],
  ['long numbers', (n: number) => String(1_000_000 + n)],
  ['keys', (n: number) => `customer-${String(n).padStart(5, '0')}`],
  ['hashes', (n: number) => ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')],
])('The places of samples are anywhere among ids that are %s, and the same for one run', (_, idOf) => {
  const ids = Array.from({ length: 5_000 }, (_, n) => idOf(n)).sort();
  const range = { first: ids[0] ?? '', last: ids.at(-1) ?? '' };
  const met = Array.from({ length: 200 }, (_, n) => sampleStarts(`run-${n}`, range, 50))
    .flat()
    .map((start) => ids.findIndex((id) => id >= start));
  expect(sampleStarts('run-1', range, 50)).toEqual(sampleStarts('run-1', range, 50));
  // Of each tenth of the ids some sample takes something.
  const tenths = new Set(met.map((at) => Math.floor(at / 500)));
  expect([...tenths].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(met.every((at) => at >= 0)).toBe(true);
});

it('Where nothing is bound there is no place', () => {
  expect(sampleStarts('run-1', { first: null, last: null }, 50)).toEqual([]);
});
