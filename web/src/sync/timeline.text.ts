import type { Activity } from '../../../clients/typescript/src/index.ts';
import { capitalized, count, duration } from '../ui/format.ts';

export interface TimelineWords {
  readonly title: string;
  /** The person's reason, or the error, as it was given. */
  readonly quote: string | null;
  readonly tone: 'neutral' | 'good' | 'warn' | 'bad';
  /** Another sync that it is about. */
  readonly leadsTo: string | null;
}

type Say = (entry: Activity) => Pick<TimelineWords, 'title' | 'tone'> & Partial<TimelineWords>;

const SAYS: Readonly<Record<string, Say>> = {
  sync_completed: (entry) => {
    const failed = Number(entry.details?.failed_count ?? 0);
    const took = entry.duration_seconds === null ? '' : ` in ${duration(entry.duration_seconds)}`;
    const title = `Completed: ${items(entry.record_count)}${took}`;
    return failed > 0 || entry.status === 'completed_with_errors'
      ? { title: `${title}, ${count(failed)} failed`, tone: 'warn' }
      : { title, tone: 'good' };
  },
  sync_failed: (entry) => ({ title: `Failed after ${items(entry.record_count)}`, tone: 'bad' }),
  sync_cancelled: (entry) => ({ title: `Cancelled after ${items(entry.record_count)}`, tone: 'warn' }),
  sync_timeout: (entry) => ({ title: `Given up after ${items(entry.record_count)}`, tone: 'bad' }),
  cancel_requested: () => ({ title: 'Asked to cancel', tone: 'warn' }),
  pause_requested: () => ({ title: 'Asked to pause', tone: 'neutral' }),
  resume_requested: () => ({ title: 'Asked to go on', tone: 'neutral' }),
  retry_requested: (entry) => ({
    title: 'Asked to retry what failed',
    leadsTo: textOf(entry, 'retry_sync_id'),
    tone: 'neutral',
  }),
  delete_guard_overridden: (entry) => ({
    title: 'Delete guard overridden',
    quote: textOf(entry, 'reason'),
    tone: 'warn',
  }),
};

/** What an entry of the trail says, in words; a reporter's own kinds by their names. */
export function timelineWords(entry: Activity): TimelineWords {
  const said = SAYS[entry.activity_type]?.(entry) ?? own(entry);
  return { leadsTo: null, ...said, quote: said.quote ?? entry.error_message };
}

const own: Say = (entry) => {
  const name = capitalized(entry.activity_type.replaceAll('_', ' '));
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
