import type { OverviewEntity } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import { attentionOf, counted, dayFigures, dayOf, leadOf, standingOf } from './overview.text.ts';

const NONE = {
  open_alerts: 0,
  failed_syncs: 0,
  approvals: 0,
  conflicts: 0,
  ambiguous_matches: 0,
  failing_items: 0,
  ready_previews: 0,
  guarded_previews: 0,
  failing_connections: 0,
};
const since = '2026-11-22T10:00:00+00:00';

describe('What needs a person', () => {
  it('is listed with its address, the worst first, and left out where there is none', () => {
    expect(attentionOf({ since, attention: NONE })).toEqual([]);
    const figures = attentionOf({ since, attention: { ...NONE, conflicts: 1, failed_syncs: 2 } });
    expect(figures.map(({ value, label }) => `${value} ${label}`)).toEqual([
      '2 syncs with failures in 24 hours',
      '1 conflict to decide',
    ]);
    expect(figures[0]?.href).toBe('/syncs?failed=true&from=2026-11-22T10%3A00%3A00%2B00%3A00');
  });

  it('is not told more exactly than it was counted', () => {
    expect([counted(999), counted(1_000)]).toEqual(['999', '1,000+']);
  });
});

describe('How an entity type stands', () => {
  const of = (entity: Partial<OverviewEntity>) =>
    standingOf({ health: 'fresh', conflict_count: 0, active: 0, ...entity } as OverviewEntity).text;

  it('is its worst trouble', () => {
    expect(of({ health: 'failing', conflict_count: 2 })).toBe('failing');
    expect(of({ conflict_count: 2 })).toBe('2 conflicts');
    expect(of({ health: 'never', active: 1 })).toBe('first sync runs');
    expect(of({})).toBe('fresh');
  });
});

describe('What a standing leads to', () => {
  const of = (entity: Partial<OverviewEntity>) =>
    leadOf('c-1', {
      ...{ entity_type: 'order', health: 'fresh', conflict_count: 0, last_sync_id: 'last', last_status: 'completed' },
      ...entity,
    } as OverviewEntity);

  it('is the sync that failed', () => {
    expect(of({ health: 'failing', last_status: 'failed', conflict_count: 2 })).toBe('/syncs/last');
  });

  it('is the connection with its schedules where a schedule starts nothing, and not a sync that went well', () => {
    expect(of({ health: 'failing', schedule_error: 'No such connection.' })).toBe('/connections/c-1');
    expect(of({ health: 'late' })).toBe('/connections/c-1');
  });

  it('is the list of conflicts, else that of syncs', () => {
    expect(of({ conflict_count: 1 })).toBe('/conflicts?connection_id=c-1&entity_type=order');
    expect(of({})).toBe('/syncs?connection_id=c-1&entity_type=order');
  });
});

describe('The last 24 hours', () => {
  it('have each hour, and figures that lead to their lists', () => {
    const hours = [
      { hour: '2026-11-22T12:00:00+00:00', sync_count: 3, failed_count: 1, conflict_count: 5, conflict_syncs: 2 },
    ];
    const day = dayOf(since, hours);
    expect(day).toHaveLength(24);
    expect(day.map(({ sync_count }) => sync_count).slice(0, 4)).toEqual([0, 0, 3, 0]);
    expect(dayFigures(day, { connection_id: 'c-1' })).toEqual([
      { text: '3 syncs in 24 hours', href: '/syncs?connection_id=c-1' },
      { text: '1 with failures', href: '/syncs?connection_id=c-1&failed=true' },
      { text: '2 met conflicts', href: '/syncs?connection_id=c-1&conflicts=true' },
    ]);
    expect(dayFigures(dayOf(since, []), { source_system: 'erp' })).toEqual([
      { text: 'No sync in 24 hours', href: '/syncs?source_system=erp' },
    ]);
  });
});
