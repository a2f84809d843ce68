import type { ActivityTrend } from '@sync-operations/client';
import { capitalized } from '../ui/format.ts';

/** A series of the charts: one entity type, or all but the largest types together. */
export interface Series {
  readonly key: string;
  readonly name: string;
  /** Index of its style in chart.styles.tsx. */
  readonly style: number;
}

export interface TrendDay {
  /** Of UTC: 2026-11-22. */
  readonly day: string;
  readonly completed: number;
  /** Those of the completed ones that left conflicts. */
  readonly conflicted: number;
  readonly failed: number;
  /** By series; 0: no records on that day. */
  readonly records: Readonly<Record<string, number>>;
  /** Average by series; null: no sync completed. */
  readonly seconds: Readonly<Record<string, number | null>>;
}

/** More colours are hard to distinguish. */
const OWN_SERIES = 4;
const OTHERS: Series = { key: 'others', name: 'Other types', style: OWN_SERIES };

/** The entity types by name. Of too many, those with the most records, and the others as one series. */
export function seriesOf(items: readonly ActivityTrend[]): readonly Series[] {
  const records = new Map<string | null, number>();
  for (const { entity_type, total_records } of items)
    records.set(entity_type, (records.get(entity_type) ?? 0) + total_records);
  const largest = [...records].sort(([, a], [, b]) => b - a).map(([type]) => type);
  const own = largest
    .slice(0, OWN_SERIES)
    .sort((a, b) => (a ?? '').localeCompare(b ?? ''))
    .map((type, style) => ({ key: keyOf(type), name: typeName(type), style }));
  return largest.length > OWN_SERIES ? [...own, OTHERS] : own;
}

/** One row per day, also for days without a sync. */
export function daysOf(
  items: readonly ActivityTrend[],
  series: readonly Series[],
  days: readonly string[],
): readonly TrendDay[] {
  const known = new Set(series.map(({ key }) => key));
  const byDay = Map.groupBy(items, ({ day }) => day);
  return days.map((day) => {
    const ofDay = byDay.get(day) ?? [];
    const bySeries = Map.groupBy(ofDay, ({ entity_type }) =>
      known.has(keyOf(entity_type)) ? keyOf(entity_type) : OTHERS.key,
    );
    const each = <Value>(value: (items: readonly ActivityTrend[]) => Value) =>
      Object.fromEntries(series.map(({ key }) => [key, value(bySeries.get(key) ?? [])]));
    return {
      day,
      completed: sum(ofDay, 'sync_count'),
      conflicted: sum(ofDay, 'conflict_syncs'),
      failed: sum(ofDay, 'failed_syncs'),
      records: each((some) => sum(some, 'total_records')),
      seconds: each(averageSeconds),
    };
  });
}

export interface TrendNumbers {
  readonly completed: number;
  /** Those of the completed ones that left conflicts. */
  readonly conflicted: number;
  readonly failed: number;
  readonly records: number;
  /** Completed share of completed and failed syncs, 0 to 1; null: there were none. */
  readonly success: number | null;
  readonly averageSeconds: number | null;
  readonly longestSeconds: number | null;
}

export function numbersOf(items: readonly ActivityTrend[]): TrendNumbers {
  const completed = sum(items, 'sync_count');
  const failed = sum(items, 'failed_syncs');
  const longest = items.flatMap(({ max_duration_sec }) => max_duration_sec ?? []);
  return {
    completed,
    conflicted: sum(items, 'conflict_syncs'),
    failed,
    records: sum(items, 'total_records'),
    success: completed + failed > 0 ? completed / (completed + failed) : null,
    averageSeconds: averageSeconds(items),
    longestSeconds: longest.length > 0 ? Math.max(...longest) : null,
  };
}

/** The average over syncs, not over days; null: no sync completed. */
function averageSeconds(items: readonly ActivityTrend[]): number | null {
  let seconds = 0;
  let syncs = 0;
  for (const { avg_duration_sec, sync_count } of items) {
    if (avg_duration_sec === null) continue;
    seconds += avg_duration_sec * sync_count;
    syncs += sync_count;
  }
  return syncs > 0 ? seconds / syncs : null;
}

const typeName = (entityType: string | null): string => (entityType === null ? 'No type' : capitalized(entityType));

/** A prefix, because an entity type may be named `others`. */
const keyOf = (entityType: string | null): string => (entityType === null ? 'none' : `type ${entityType}`);

const sum = (
  items: readonly ActivityTrend[],
  of: 'sync_count' | 'conflict_syncs' | 'failed_syncs' | 'total_records',
): number => items.reduce((total, item) => total + item[of], 0);
