import type { SyncListItem } from '@sync-operations/client';
import { capitalized, count, duration } from '../ui/format.ts';
import { KINDS } from './syncs.filters.ts';

/** Customer, Main shop → Back office. */
export function titleOf({ entity_type, source, destination, source_system }: SyncListItem): string {
  const target = destination?.connection_id === null ? 'Records' : destination?.name;
  const ends = source && target ? `${source.name} → ${target}` : source_system;
  return `${capitalized(entity_type)}, ${ends}`;
}

/** What a sync does that is no plain one, such as a preview, which changes nothing. */
export const kindText = (kind: string): string | undefined =>
  kind === 'reported' || kind === 'sync' ? undefined : (KINDS as Readonly<Record<string, string>>)[kind];

/** Which sync it is, beside its title. */
export function aboutOf({ sync_id, initiated_by, kind }: SyncListItem): string {
  return [sync_id, kindText(kind), initiated_by && `by ${initiated_by}`].filter(Boolean).join(' · ');
}

/** How many items a run left for a person to decide, of its counts: of a comparison those that could not be compared. */
export const conflictsOfRun = (counts: Readonly<Record<string, number>> = {}): number =>
  (counts.conflict ?? 0) + (counts.not_compared ?? 0);

/** 1,200 of 5,000; the total only where it is known. */
export function doneOf({ processed_count, failed_count, total_items }: SyncListItem): string {
  const done = count(processed_count + failed_count);
  return total_items === null ? done : `${done} of ${count(total_items)}`;
}

/** How long it took, or how much longer it will. */
export function timeOf({ completed_at, elapsed_seconds, eta_seconds }: SyncListItem): string {
  if (completed_at) return duration(elapsed_seconds);
  return eta_seconds === null ? '–' : `${duration(eta_seconds)} left`;
}
