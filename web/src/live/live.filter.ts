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

/** What can be chosen, what is chosen included; null while there is too little to choose from. */
export function liveChoices(syncs: readonly StreamedSync[], filters: LiveFilters): LiveChoices | null {
  const isFiltered = filters.entity_type !== undefined || filters.source !== undefined;
  if (syncs.length < MANY && !isFiltered) return null;
  const distinct = (values: readonly (string | undefined)[]) =>
    [...new Set(values)].filter((value) => value !== undefined).sort();
  return {
    entity_type: distinct([...syncs.map(({ entity_type }) => entity_type), filters.entity_type]),
    source: distinct([...syncs.map(({ source_system }) => source_system), filters.source]),
  };
}
