import { isSilent, type StreamedSync } from '@sync-operations/react';

/** Query parameters of the page. */
export const LIVE_FILTERS = ['entity_type', 'source'] as const;
export type LiveFilters = Readonly<Partial<Record<(typeof LIVE_FILTERS)[number], string>>>;

/** From this number of active syncs on, the filters are shown. */
const FILTERS_FROM = 7;

export const matchesFilters = (filters: LiveFilters) => (sync: StreamedSync) =>
  (filters.entity_type === undefined || sync.entity_type === filters.entity_type) &&
  (filters.source === undefined || sync.source_system === filters.source);

export interface FilterOptions {
  readonly entity_type: readonly string[];
  readonly source: readonly string[];
}

/** Whether there are enough syncs for filters, or a filter is set. */
export const needsFilters = (syncs: readonly StreamedSync[], filters: LiveFilters): boolean =>
  syncs.filter(({ completed_at }) => completed_at === null).length >= FILTERS_FROM ||
  filters.entity_type !== undefined ||
  filters.source !== undefined;

/** The values that can be chosen, including the one that is set. */
export function filterOptions(syncs: readonly StreamedSync[], filters: LiveFilters): FilterOptions {
  const distinct = (values: readonly (string | undefined)[]) =>
    [...new Set(values)].filter((value) => value !== undefined).sort();
  return {
    entity_type: distinct([...syncs.map(({ entity_type }) => entity_type), filters.entity_type]),
    source: distinct([...syncs.map(({ source_system }) => source_system), filters.source]),
  };
}

export interface LiveTotals {
  readonly active: number;
  /** Items per minute of all running syncs; null: none has reported yet. */
  readonly perMinute: number | null;
  readonly failed: number;
}

/** Totals over all active syncs. A paused, waiting or silent sync does not count for the speed. `now`: the service's clock. */
export function liveTotals(syncs: readonly StreamedSync[], now: number): LiveTotals {
  const active = syncs.filter(({ completed_at }) => completed_at === null);
  const speeds = active
    .filter((sync) => sync.status === 'running' && !isSilent(sync, now))
    .flatMap(({ speed_items_per_min }) => speed_items_per_min ?? []);
  return {
    active: active.length,
    perMinute: speeds.length === 0 ? null : speeds.reduce((sum, one) => sum + one, 0),
    failed: active.reduce((sum, { failed_count }) => sum + failed_count, 0),
  };
}
