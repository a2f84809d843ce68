import { describe, expect, it } from 'vitest';
import { modifiedBounds, naiveUtc, sinceOf, watermarkAt } from './modified.bounds.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

describe('The bounds of an incremental read', () => {
  it('are naive UTC, and skip no second even without an overlap', () => {
    expect(modifiedBounds(NOON, 0)).toEqual({ modified_after: '2026-11-22T11:59:59', dates_are_gmt: 'true' });
    expect(modifiedBounds(NOON, 120)).toEqual({ modified_after: '2026-11-22T11:57:59', dates_are_gmt: 'true' });
  });

  it('begin at the watermark of the read before', () => {
    const since = watermarkAt(naiveUtc(NOON));
    expect(sinceOf({ mode: 'incremental', since, filters: {} })).toBe(NOON);
    expect(sinceOf({ mode: 'full', since, filters: {} })).toBeNull();
    expect(sinceOf({ mode: 'incremental', since: null, filters: {} })).toBeNull();
  });

  it('are left out of a full read, so that a changed row stays in it', () => {
    expect(modifiedBounds(null, 120)).toEqual({});
  });
});
