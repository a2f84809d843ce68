import type { StreamedSync } from '@sync-operations/react';
import { describe, expect, it } from 'vitest';
import { filterOptions, liveTotals, matchesFilters, needsFilters, sortedSyncs, viewOf } from './live.syncs.ts';

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
    expect(many.filter(matchesFilters({ entity_type: 'order' }, NOW))).toEqual([few[1]]);
    expect(many.filter(matchesFilters({ entity_type: 'order', source: 'shop' }, NOW))).toEqual([]);
    expect(many.filter(matchesFilters({}, NOW))).toEqual(many);
  });

  it('leave those of a state, and a silent one is not one that waits for a limit', () => {
    const quiet = sync({ updated_at: '2026-11-26T09:58:00Z' });
    const limited = sync({ updated_at: '2026-11-26T09:58:00Z', rate_limited_until: '2026-11-26T10:05:00Z' });
    const all = [quiet, limited, sync({ status: 'paused' }), sync({})];
    expect(all.filter(matchesFilters({ state: 'silent' }, NOW))).toEqual([quiet]);
    expect(all.filter(matchesFilters({ state: 'paused' }, NOW))).toEqual([all[2]]);
    const beside = { aboutOf: () => '', waitsForApproval: (one: unknown) => one === all[0] };
    expect(all.filter(matchesFilters({ state: 'approval' }, NOW, beside))).toEqual([all[0]]);
    expect(all.filter(matchesFilters({ state: 'none' }, NOW))).toEqual(all);
  });

  it('search any part of the id, the user, the source and the connections, in any case', () => {
    const one = sync({ sync_id: 'Nightly-A', initiated_by: 'Ann@ops.example', source_system: 'erp' });
    const finds = (q: string) =>
      matchesFilters({ q }, NOW, { aboutOf: () => 'Shop Zürich → Odoo', waitsForApproval: () => false })(one);
    expect(['night', 'ANN@', 'ERP', 'zürich', 'odoo', 'custom'].map(finds)).toEqual(Array(6).fill(true));
    expect(finds('nobody')).toBe(false);
  });
});

describe('The order of the live page', () => {
  const idsBy = (sort: string | undefined, ...syncs: StreamedSync[]) =>
    sortedSyncs(syncs, sort, NOW).map(({ sync_id }) => sync_id);
  const syncs = [
    sync({ sync_id: 'fast', speed_items_per_min: 900 }),
    sync({ sync_id: 'slow', speed_items_per_min: 2 }),
    sync({ sync_id: 'has failed items', failed_count: 3, speed_items_per_min: 50 }),
    sync({ sync_id: 'silent', updated_at: '2026-11-26T09:55:00Z', speed_items_per_min: 1 }),
    sync({ sync_id: 'failed', status: 'failed', completed_at: '2026-11-26T09:59:59Z' }),
  ];

  it('has trouble first, then what has failed items, else the newest first', () => {
    expect(idsBy(undefined, ...syncs)).toEqual(['silent', 'failed', 'has failed items', 'fast', 'slow']);
    expect(idsBy('newest', ...syncs)).toEqual(syncs.map(({ sync_id }) => sync_id));
  });

  it('by speed has the slowest first; what does not report has no speed', () => {
    expect(idsBy('slowest', ...syncs)).toEqual(['slow', 'has failed items', 'fast', 'silent', 'failed']);
    expect(idsBy('failed', ...syncs)[0]).toBe('has failed items');
  });

  it('is of cards for a dozen, of a table for more, and of what is chosen', () => {
    expect([viewOf({}, 12), viewOf({}, 13), viewOf({ view: 'cards' }, 40)]).toEqual(['cards', 'table', 'cards']);
  });
});
