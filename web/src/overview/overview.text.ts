import type { Overview, OverviewEntity, OverviewHour } from '@sync-operations/client';
import { connectionPath, syncPath } from '../app/location.ts';
import type { BadgeTone } from '../ui/badge.tsx';
import { count } from '../ui/format.ts';

/** The most of a kind that the service counts. */
const MOST = 1_000;

/** 12, or 1,000+ where the service stopped counting. */
export const counted = (value: number): string => (value >= MOST ? `${count(MOST)}+` : count(value));

export interface Figure {
  readonly key: string;
  readonly value: number;
  /** What the figure counts, after it: `conflicts to decide`. */
  readonly label: string;
  readonly href: string;
  readonly tone: BadgeTone;
}

/** What needs a person, the worst first, each with the address of its list. Nothing of which there is none. */
export function attentionOf({ attention, since }: Pick<Overview, 'attention' | 'since'>): Figure[] {
  const figures: Figure[] = [
    {
      ...{ key: 'alerts', value: attention.open_alerts, tone: 'bad', href: '/alerts' },
      label: `${attention.open_alerts === 1 ? 'alert is' : 'alerts are'} open`,
    },
    {
      ...{ key: 'connections', value: attention.failing_connections, tone: 'bad', href: '/connections?status=failing' },
      label: attention.failing_connections === 1 ? 'connection fails its check' : 'connections fail their check',
    },
    {
      ...{ key: 'failed', value: attention.failed_syncs, tone: 'bad' },
      label: `${attention.failed_syncs === 1 ? 'sync' : 'syncs'} with failures in 24 hours`,
      href: `/syncs?${new URLSearchParams({ failed: 'true', from: since })}`,
    },
    {
      ...{ key: 'approvals', value: attention.approvals, tone: 'warn', href: '/live?state=approval' },
      label: `${attention.approvals === 1 ? 'sync waits' : 'syncs wait'} for approval`,
    },
    {
      ...{ key: 'guard', value: attention.guarded_previews, tone: 'bad', href: '/previews?guard=true' },
      label: `${attention.guarded_previews === 1 ? 'preview' : 'previews'} stopped by the delete guard`,
    },
    {
      ...{ key: 'items', value: attention.failing_items, tone: 'warn', href: '/conflicts?kind=failure' },
      label: `${attention.failing_items === 1 ? 'item fails' : 'items fail'} at each try`,
    },
    {
      ...{ key: 'matches', value: attention.ambiguous_matches, tone: 'warn' },
      label: `${attention.ambiguous_matches === 1 ? 'item asks' : 'items ask'} which entry it is`,
      href: '/conflicts?error_class=ambiguous_match',
    },
    {
      ...{ key: 'conflicts', value: attention.conflicts, tone: 'warn', href: '/conflicts' },
      label: `${attention.conflicts === 1 ? 'conflict' : 'conflicts'} to decide`,
    },
    {
      ...{ key: 'previews', value: attention.ready_previews, tone: 'info', href: '/previews' },
      label: `${attention.ready_previews === 1 ? 'preview is' : 'previews are'} ready`,
    },
  ];
  return figures.filter(({ value }) => value > 0);
}

/** How an entity type stands, in a word, worst first: failing, late, conflicts, never, fresh. */
export function standingOf({ health, conflict_count, active }: OverviewEntity): { text: string; tone: BadgeTone } {
  if (health === 'failing') return { text: 'failing', tone: 'bad' };
  if (health === 'late') return { text: 'late', tone: 'bad' };
  if (conflict_count > 0)
    return { text: conflict_count === 1 ? '1 conflict' : `${counted(conflict_count)} conflicts`, tone: 'warn' };
  if (health === 'never') return { text: active > 0 ? 'first sync runs' : 'never synced', tone: 'neutral' };
  return { text: 'fresh', tone: 'good' };
}

/** Where to look for what a standing tells: the list of conflicts, the sync that failed, the schedules that are late or cannot start one. */
export function leadOf(connectionId: string, entity: OverviewEntity): string {
  const { entity_type, health, last_status, last_sync_id } = entity;
  const ofEntity = new URLSearchParams({ connection_id: connectionId, entity_type });
  if (health === 'failing' && last_sync_id && FAILED.has(last_status ?? '')) return syncPath(last_sync_id);
  if (health === 'failing' || health === 'late') return connectionPath(connectionId);
  return entity.conflict_count > 0 ? `/conflicts?${ofEntity}` : `/syncs?${ofEntity}`;
}

const FAILED: ReadonlySet<string> = new Set(['failed', 'timeout']);

const HOUR_MS = 3_600_000;

/** The 24 hours since `since`, each with its figures, also those in which nothing began. */
export function dayOf(since: string, hours: readonly OverviewHour[]): OverviewHour[] {
  const begin = Date.parse(since);
  const known = new Map(hours.map((one) => [Date.parse(one.hour), one]));
  return Array.from({ length: 24 }, (_, index) => {
    const at = begin + index * HOUR_MS;
    return (
      known.get(at) ?? {
        hour: new Date(at).toISOString(),
        sync_count: 0,
        failed_count: 0,
        conflict_count: 0,
        conflict_syncs: 0,
      }
    );
  });
}

/** A figure of the last day, and the list that shows as many. */
export interface DayFigure {
  readonly text: string;
  readonly href: string;
}

/** 12 syncs in 24 hours; 1 with failures; 2 met conflicts. `list`: the query of /syncs that lists the first. */
export function dayFigures(hours: readonly OverviewHour[], list: Readonly<Record<string, string>>): DayFigure[] {
  const sum = (key: 'sync_count' | 'failed_count' | 'conflict_syncs') =>
    hours.reduce((total, one) => total + one[key], 0);
  const [syncs, failed, met] = [sum('sync_count'), sum('failed_count'), sum('conflict_syncs')];
  const text = syncs === 0 ? 'No sync in 24 hours' : `${count(syncs)} ${syncs === 1 ? 'sync' : 'syncs'} in 24 hours`;
  const figures = [{ text, href: `/syncs?${new URLSearchParams(list)}` }];
  if (failed > 0)
    figures.push({
      text: `${count(failed)} with failures`,
      href: `/syncs?${new URLSearchParams({ ...list, failed: 'true' })}`,
    });
  if (met > 0)
    figures.push({
      text: `${count(met)} met conflicts`,
      href: `/syncs?${new URLSearchParams({ ...list, conflicts: 'true' })}`,
    });
  return figures;
}
