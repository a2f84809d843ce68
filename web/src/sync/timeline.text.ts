import type { Activity } from '@sync-operations/client';
import { activityText, conflictsOf } from '../activity/activity.text.ts';
import { count, duration } from '../ui/format.ts';
import { messageOf } from './reported.failures.ts';

/** Entries in a row that say the same: of one type, one status and one user. */
export function groupsOf(entries: readonly Activity[]): [Activity, ...Activity[]][] {
  const groups: [Activity, ...Activity[]][] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last && KEYS.every((key) => last[0][key] === entry[key])) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

const KEYS = ['activity_type', 'status', 'user_id'] as const;

export interface TimelineText {
  readonly title: string;
  /** The reason that a user gave, or the error message. */
  readonly quote: string | null;
  readonly tone: 'neutral' | 'good' | 'warn' | 'bad';
  /** Another sync that the entry refers to. */
  readonly linkedSyncId: string | null;
}

/** null without any. */
function conflictsText(entry: Activity): string | null {
  const conflicts = conflictsOf(entry);
  if (conflicts === 0) return null;
  return conflicts === 1 ? '1 conflict' : `${count(conflicts)} conflicts`;
}

/** Of what writes nothing. */
function endsOf(kind: string, name: string): Record<string, Describe> {
  return {
    [`${kind}_completed`]: (entry) => {
      const title = `${name} completed: ${items(Number(entry.details?.total_items ?? 0))} looked at, nothing written`;
      const conflicts = conflictsText(entry);
      return conflicts === null ? { title, tone: 'neutral' } : { title: `${title}, ${conflicts}`, tone: 'warn' };
    },
    [`${kind}_failed`]: () => ({ title: `${name} failed`, tone: 'bad' }),
    [`${kind}_cancelled`]: () => ({ title: `${name} cancelled`, tone: 'warn' }),
  };
}

type Describe = (entry: Activity) => Pick<TimelineText, 'title' | 'tone'> & Partial<TimelineText>;

const DESCRIPTIONS: Readonly<Record<string, Describe>> = {
  sync_completed: (entry) => {
    const failed = Number(entry.details?.failed_count ?? 0);
    const took = entry.duration_seconds === null ? '' : ` in ${duration(entry.duration_seconds)}`;
    const title = `Completed: ${items(entry.record_count)}${took}`;
    const trouble = [
      (failed > 0 || entry.status === 'completed_with_errors') && `${count(failed)} failed`,
      conflictsText(entry),
    ].filter(Boolean);
    return trouble.length > 0 ? { title: [title, ...trouble].join(', '), tone: 'warn' } : { title, tone: 'good' };
  },
  sync_failed: (entry) => ({ title: `Failed after ${items(entry.record_count)}`, tone: 'bad' }),
  sync_cancelled: (entry) => ({ title: `Cancelled after ${items(entry.record_count)}`, tone: 'warn' }),
  sync_timeout: (entry) => ({ title: `Timed out after ${items(entry.record_count)}`, tone: 'bad' }),
  ...endsOf('preview', 'Preview'),
  ...endsOf('reconcile', 'Comparison'),
  cancel_requested: () => ({ title: 'Cancel requested', tone: 'warn' }),
  pause_requested: () => ({ title: 'Pause requested', tone: 'neutral' }),
  resume_requested: () => ({ title: 'Resume requested', tone: 'neutral' }),
  retry_requested: (entry) => ({
    title: 'Retry of failed items requested',
    linkedSyncId: textOf(entry, 'retry_sync_id'),
    tone: 'neutral',
  }),
  undo_requested: (entry) => ({
    title: 'Undo requested',
    linkedSyncId: textOf(entry, 'preview_sync_id'),
    tone: 'neutral',
  }),
  delete_guard_overridden: (entry) => ({
    title: 'Delete guard overridden',
    quote: textOf(entry, 'reason'),
    tone: 'warn',
  }),
};

/** The text of an entry of the trail. Activity types of other services are shown by their names. */
export function timelineText(entry: Activity): TimelineText {
  const text = DESCRIPTIONS[entry.activity_type]?.(entry) ?? describeCustom(entry);
  return { linkedSyncId: null, ...text, quote: text.quote ?? messageOf(entry) };
}

const describeCustom: Describe = (entry) => {
  const name = activityText(entry);
  const isBad = entry.status === 'failed' || entry.status === 'timeout';
  return {
    title: entry.record_count === null ? name : `${name}: ${items(entry.record_count)}`,
    tone: isBad ? 'bad' : entry.status === 'completed_with_errors' ? 'warn' : 'neutral',
  };
};

function textOf({ details }: Activity, name: string): string | null {
  const value = details?.[name];
  return typeof value === 'string' ? value : null;
}

const items = (many: number | null): string => (many === 1 ? '1 item' : `${count(many ?? 0)} items`);
