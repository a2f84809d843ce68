import type { StreamedSync } from '../../../clients/react/src/live/sync.types.ts';

/** Stand in the address. */
export const LIVE_FILTERS = ['entity_type', 'source'] as const;
export type LiveFilters = Readonly<Partial<Record<(typeof LIVE_FILTERS)[number], string>>>;

/** From so many syncs on it is worth choosing among them. */
const MANY = 7;

export const matches = (filters: LiveFilters) => (sync: StreamedSync) =>
  (filters.entity_type === undefined || sync.entity_type === filters.entity_type) &&
  (filters.source === undefined || sync.source_system === filters.source);

export interface LiveChoices {
  readonly entity_type: readonly string[];
  readonly source: readonly string[];
}

/** Whether there is enough to choose from, or something is chosen. */
export const isWorthChoosing = (syncs: readonly StreamedSync[], filters: LiveFilters): boolean =>
  syncs.filter(({ completed_at }) => completed_at === null).length >= MANY ||
  filters.entity_type !== undefined ||
  filters.source !== undefined;

/** What can be chosen, what is chosen included. */
export function liveChoices(syncs: readonly StreamedSync[], filters: LiveFilters): LiveChoices {
  const distinct = (values: readonly (string | undefined)[]) =>
    [...new Set(values)].filter((value) => value !== undefined).sort();
  return {
    entity_type: distinct([...syncs.map(({ entity_type }) => entity_type), filters.entity_type]),
    source: distinct([...syncs.map(({ source_system }) => source_system), filters.source]),
  };
}
