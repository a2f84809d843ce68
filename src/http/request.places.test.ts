import { expect, it } from 'vitest';
import { RequestPlaces } from './request.places.ts';

/** Takes as many as there are, at most `count`, and returns what gives them back. */
function take(places: RequestPlaces, orgId: string, count: number): (() => void)[] {
  return Array.from({ length: count }, () => places.take(orgId)).filter((release) => release !== undefined);
}

it('One organization may have all places, and no more', () => {
  const places = new RequestPlaces(20);
  expect(take(places, 'org-1', 30)).toHaveLength(20);
});

it('Another one has its share though one holds all, which gets none until it holds less than its share', () => {
  const places = new RequestPlaces(20);
  const first = take(places, 'org-1', 20);
  expect(take(places, 'org-2', 30)).toHaveLength(10);
  expect(places.take('org-1')).toBeUndefined();
  for (const release of first.slice(0, 10)) release();
  expect(take(places, 'org-1', 30)).toHaveLength(0);
  first[10]?.();
  expect(take(places, 'org-1', 30)).toHaveLength(1);
});

it('An organization has four places however many others there are', () => {
  const places = new RequestPlaces(20);
  for (let n = 0; n < 50; n += 1) take(places, `org-${n}`, 30);
  expect(take(places, 'org-quiet', 30)).toHaveLength(4);
});

it('A place that is given back twice is one place', () => {
  const places = new RequestPlaces(20);
  const [release] = take(places, 'org-1', 1);
  release?.();
  release?.();
  expect(take(places, 'org-1', 30)).toHaveLength(20);
});
