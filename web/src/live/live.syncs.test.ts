import type { StreamedSync } from '@sync-operations/react';
import { describe, expect, it } from 'vitest';
import { filterOptions, liveTotals, matchesFilters, needsFilters } from './live.syncs.ts';

const sync = (members: Partial<StreamedSync>) =>
  ({
    status: 'running',
    completed_at: null,
    failed_count: 0,
    speed_items_per_min: null,
    updated_at: '2026-11-26T09:59:50Z',
    entity_type: 'customer',
    source_system: 'shop',
    ...members,
  }) as StreamedSync;

const NOW = Date.parse('2026-11-26T10:00:00Z');

describe('The totals of the live page', () => {
  it('add up what is active; speed is only what runs and reports', () => {
    expect(
      liveTotals(
        [
          sync({ speed_items_per_min: 100.5, failed_count: 1 }),
          sync({ speed_items_per_min: 20 }),
          sync({ speed_items_per_min: 900, status: 'paused', failed_count: 2 }),
          sync({
            speed_items_per_min: 900,
            status: 'completed',
            completed_at: '2026-11-26T10:00:00Z',
            failed_count: 4,
          }),
          sync({ speed_items_per_min: 700, updated_at: '2026-11-26T09:58:00Z' }),
          sync({}),
        ],
        NOW,
      ),
    ).toEqual({ active: 5, perMinute: 120.5, failed: 3 });
  });

  it('do not invent a speed', () => {
    expect(liveTotals([sync({})], NOW)).toEqual({ active: 1, perMinute: null, failed: 0 });
  });
});

describe('The filters of the live page', () => {
  const few = [sync({}), sync({ entity_type: 'order', source_system: 'erp' })];
  const many = [...few, ...Array.from({ length: 6 }, () => sync({}))];

  it('are offered from seven active syncs on, or when one is set', () => {
    expect(needsFilters(few, {})).toBe(false);
    expect(needsFilters(many, {})).toBe(true);
    expect(needsFilters(few, { source: 'shop' })).toBe(true);
    const ended = many.map((one) => ({ ...one, completed_at: '2026-11-26T10:00:00Z' }));
    expect(needsFilters(ended, {})).toBe(false);
  });

  it('offer each value there is, and the one that is set', () => {
    expect(filterOptions(many, {})).toEqual({ entity_type: ['customer', 'order'], source: ['erp', 'shop'] });
    expect(filterOptions(few, { source: 'gone' })).toEqual({
      entity_type: ['customer', 'order'],
      source: ['erp', 'gone', 'shop'],
    });
  });

  it('leave what matches all of them', () => {
    expect(many.filter(matchesFilters({ entity_type: 'order' }))).toEqual([few[1]]);
    expect(many.filter(matchesFilters({ entity_type: 'order', source: 'shop' }))).toEqual([]);
    expect(many.filter(matchesFilters({}))).toEqual(many);
  });
});
