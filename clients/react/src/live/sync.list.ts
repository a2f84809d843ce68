import type { StreamedSync, SyncChange, SyncSnapshot } from './sync.types.ts';

const MAX_SAMPLES = 60;
const NO_SAMPLES: readonly number[] = [];

/** The known syncs of an organization. Immutable: each function returns a new list. */
export interface SyncList {
  /** Newest started first. */
  readonly syncs: readonly StreamedSync[];
  readonly samples: ReadonlyMap<string, readonly number[]>;
}

export const EMPTY_LIST: SyncList = { syncs: [], samples: new Map() };

/** Replaces all syncs. The speeds of known syncs are kept. */
export function withSnapshot(list: SyncList, { syncs }: Pick<SyncSnapshot, 'syncs'>): SyncList {
  return listOf(new Map(syncs.map((sync) => [sync.sync_id, sync])), list);
}

export function withChange(list: SyncList, { syncs, gone }: Omit<SyncChange, 'at'>): SyncList {
  const byId = new Map(list.syncs.map((sync) => [sync.sync_id, sync]));
  for (const sync of syncs) byId.set(sync.sync_id, sync);
  for (const syncId of gone) byId.delete(syncId);
  return listOf(byId, list);
}

export const samplesOf = (list: SyncList, syncId: string): readonly number[] => list.samples.get(syncId) ?? NO_SAMPLES;

function listOf(byId: ReadonlyMap<string, StreamedSync>, before: SyncList): SyncList {
  const known = new Map(before.syncs.map((sync) => [sync.sync_id, sync]));
  const samples = new Map<string, readonly number[]>();
  for (const [syncId, sync] of byId) {
    const earlier = known.get(syncId);
    const speed = earlier && speedBetween(earlier, sync);
    const old = samplesOf(before, syncId);
    samples.set(syncId, speed === undefined ? old : [...old, speed].slice(-MAX_SAMPLES));
  }
  return { syncs: [...byId.values()].sort(newestFirst), samples };
}

/** Items per minute between two reports; undefined when there is no newer report. */
function speedBetween(earlier: StreamedSync, later: StreamedSync): number | undefined {
  const minutes = (Date.parse(later.updated_at) - Date.parse(earlier.updated_at)) / 60_000;
  if (!(minutes > 0)) return undefined;
  return Math.max(0, later.processed_count - earlier.processed_count) / minutes;
}

function newestFirst(a: StreamedSync, b: StreamedSync): number {
  // Date has milliseconds, the service sends microseconds: times of the same millisecond are compared as text.
  return (
    Date.parse(b.started_at) - Date.parse(a.started_at) ||
    compare(b.started_at, a.started_at) ||
    compare(a.sync_id, b.sync_id)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
