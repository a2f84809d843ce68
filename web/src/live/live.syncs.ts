import { displayStatus, isReporting, isSilent, type StreamedSync } from '@sync-operations/react';

/** Query parameters of the page. */
export const LIVE_PARAMETERS = ['q', 'entity_type', 'source', 'state', 'sort', 'view'] as const;
export type LiveParameters = Readonly<Partial<Record<(typeof LIVE_PARAMETERS)[number], string>>>;
type LiveFilters = Pick<LiveParameters, 'q' | 'entity_type' | 'source' | 'state'>;

/** From this number of active syncs on, the filters are shown. */
const FILTERS_FROM = 7;
/** More cards than these are several screens: a table is shown unless the user chooses cards. */
const MAX_CARDS = 12;

/** States by which the list is filtered; those of the overview. */
export const STATES = {
  running: 'Running',
  queued: 'Queued',
  paused: 'Paused',
  silent: 'Silent',
  approval: 'Waits for approval',
} as const;

/** What the stream does not tell of a sync. */
interface KnownBeside {
  /** More words by which it is found, such as the names of its connections. */
  readonly aboutOf: (sync: StreamedSync) => string;
  readonly waitsForApproval: (sync: StreamedSync) => boolean;
}
const NOTHING_BESIDE: KnownBeside = { aboutOf: () => '', waitsForApproval: () => false };

function isIn(state: string | undefined, sync: StreamedSync, now: number, { waitsForApproval }: KnownBeside): boolean {
  if (state === undefined || !(state in STATES)) return true;
  if (state === 'silent') return isSilent(sync, now) && !sync.rate_limited_until;
  return state === 'approval' ? waitsForApproval(sync) : sync.status === state;
}

/** `now`: the service's clock. A search finds any part of a word, in any case. */
export const matchesFilters =
  ({ q, entity_type, source, state }: LiveFilters, now: number, beside: KnownBeside = NOTHING_BESIDE) =>
  (sync: StreamedSync) =>
    isIn(state, sync, now, beside) &&
    (entity_type === undefined || sync.entity_type === entity_type) &&
    (source === undefined || sync.source_system === source) &&
    (q === undefined ||
      [sync.sync_id, sync.initiated_by, sync.entity_type, sync.source_system, beside.aboutOf(sync)]
        .join('\n')
        .toLowerCase()
        .includes(q.toLowerCase()));

export interface FilterOptions {
  readonly entity_type: readonly string[];
  readonly source: readonly string[];
}

const isActive = ({ completed_at }: StreamedSync): boolean => completed_at === null;

/** Whether there are enough syncs for filters, or one is set. */
export const needsFilters = (syncs: readonly StreamedSync[], set: LiveParameters): boolean =>
  syncs.filter(isActive).length >= FILTERS_FROM || Object.keys(set).length > 0;

/** The view that is chosen, or the one that suits the number of syncs. */
export const viewOf = ({ view }: LiveParameters, many: number): 'cards' | 'table' =>
  view === 'cards' || view === 'table' ? view : many > MAX_CARDS ? 'table' : 'cards';

/** The values that can be chosen, including the one that is set. */
export function filterOptions(syncs: readonly StreamedSync[], filters: LiveFilters): FilterOptions {
  const distinct = (values: readonly (string | undefined)[]) =>
    [...new Set(values)].filter((value) => value !== undefined).sort();
  return {
    entity_type: distinct([...syncs.map(({ entity_type }) => entity_type), filters.entity_type]),
    source: distinct([...syncs.map(({ source_system }) => source_system), filters.source]),
  };
}

/** The first is the default. */
export const SORTS = {
  trouble: 'Trouble first',
  newest: 'Newest first',
  slowest: 'Slowest first',
  failed: 'Most failed first',
} as const;

/** `syncs` come newest first, and stay so among equals. `now`: the service's clock. */
export function sortedSyncs(syncs: readonly StreamedSync[], sort: string | undefined, now: number): StreamedSync[] {
  const keyOf = SORT_KEYS[sort as keyof typeof SORT_KEYS] ?? SORT_KEYS.trouble;
  return syncs
    .map((sync) => ({ sync, key: keyOf(sync, now) }))
    .sort((a, b) => a.key - b.key)
    .map(({ sync }) => sync);
}

const TROUBLE: ReadonlySet<string> = new Set(['attention', 'failed']);

/** The lowest comes first. */
const SORT_KEYS: Readonly<Record<keyof typeof SORTS, (sync: StreamedSync, now: number) => number>> = {
  trouble: (sync, now) => (TROUBLE.has(displayStatus(sync, now).kind) ? 0 : sync.failed_count > 0 ? 1 : 2),
  newest: () => 0,
  slowest: (sync, now) => (isReporting(sync, now) ? (sync.speed_items_per_min ?? 0) : Number.MAX_VALUE),
  failed: ({ failed_count }) => -failed_count,
};

export interface LiveTotals {
  readonly active: number;
  /** Items per minute of all running syncs; null: none has reported yet. */
  readonly perMinute: number | null;
  readonly failed: number;
}

/** Totals over all active syncs. A paused, waiting or silent sync does not count for the speed. `now`: the service's clock. */
export function liveTotals(syncs: readonly StreamedSync[], now: number): LiveTotals {
  const active = syncs.filter(isActive);
  const speeds = active
    .filter((sync) => isReporting(sync, now))
    .flatMap(({ speed_items_per_min }) => speed_items_per_min ?? []);
  return {
    active: active.length,
    perMinute: speeds.length === 0 ? null : speeds.reduce((sum, one) => sum + one, 0),
    failed: active.reduce((sum, { failed_count }) => sum + failed_count, 0),
  };
}
