import { describe, expect, it } from 'vitest';
import { newerThan } from './activity.queries.ts';

describe('newer entries', () => {
  const entries = ['c', 'b', 'a'].map((id) => ({ id }));

  it('are those before the first that is shown', () => {
    expect(newerThan(entries, { id: 'a' })).toBe(2);
    expect(newerThan(entries, { id: 'c' })).toBe(0);
  });

  it('are all of them where nothing is shown, or where it is further back', () => {
    expect(newerThan(entries, null)).toBe(3);
    expect(newerThan(entries, { id: 'long-ago' })).toBe(3);
  });
});
