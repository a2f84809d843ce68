import type { ActivityTrend } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import { daysOf, numbersOf, seriesOf } from './trends.series.ts';

const trend = (day: string, entity_type: string | null, figures: Partial<ActivityTrend> = {}): ActivityTrend => ({
  day,
  entity_type,
  sync_count: 1,
  avg_duration_sec: 60,
  max_duration_sec: 60,
  total_records: 100,
  failed_syncs: 0,
  conflict_syncs: 0,
  ...figures,
});
const FAILED_ONLY = {
  sync_count: 0,
  avg_duration_sec: null,
  max_duration_sec: null,
  total_records: 0,
  failed_syncs: 2,
  conflict_syncs: 0,
};

describe('series', () => {
  it('are the entity types by name, however many records each has', () => {
    const items = [trend('2026-11-01', 'product', { total_records: 9 }), trend('2026-11-01', 'customer')];
    expect(seriesOf(items).map(({ name }) => name)).toEqual(['Customer', 'Product']);
  });

  it('are the four largest and the others as one where there are more', () => {
    const items = ['a', 'b', 'c', 'd', 'e', null].map((type, at) =>
      trend('2026-11-01', type, { total_records: 60 - at }),
    );
    const series = seriesOf(items);
    expect(series.map(({ name }) => name)).toEqual(['A', 'B', 'C', 'D', 'Other types']);
    const [row] = daysOf(items, series, ['2026-11-01']);
    expect(row?.records.others).toBe(56 + 55);
  });

  it('distinguish a type named none or others from the built-in ones', () => {
    const items = ['none', 'others', null].map((type) => trend('2026-11-01', type));
    const [row] = daysOf(items, seriesOf(items), ['2026-11-01']);
    expect(Object.values(row?.records ?? {})).toEqual([100, 100, 100]);
  });
});

describe('a row a day', () => {
  it('exists for days without any sync: no records, and an unknown duration', () => {
    const items = [trend('2026-11-01', 'order'), trend('2026-11-03', 'order', FAILED_ONLY)];
    const series = seriesOf(items);
    const [key = ''] = series.map((one) => one.key);
    const rows = daysOf(items, series, ['2026-11-01', '2026-11-02', '2026-11-03']);
    expect(
      rows.map(({ completed, failed, records, seconds }) => [completed, failed, records[key], seconds[key]]),
    ).toEqual([
      [1, 0, 100, 60],
      [0, 0, 0, null],
      [0, 2, 0, null],
    ]);
  });
});

describe('the numbers of a period', () => {
  it('count each sync alike', () => {
    const items = [
      trend('2026-11-01', 'order', { sync_count: 9, avg_duration_sec: 10, max_duration_sec: 15, conflict_syncs: 3 }),
      trend('2026-11-02', 'order', { avg_duration_sec: 110, max_duration_sec: 110 }),
      trend('2026-11-03', 'order', FAILED_ONLY),
    ];
    expect(numbersOf(items)).toEqual({
      completed: 10,
      conflicted: 3,
      failed: 2,
      records: 200,
      success: 10 / 12,
      averageSeconds: 20,
      longestSeconds: 110,
    });
  });

  it('say nothing of what there is none of', () => {
    expect(numbersOf([])).toMatchObject({ success: null, averageSeconds: null, longestSeconds: null });
  });
});
