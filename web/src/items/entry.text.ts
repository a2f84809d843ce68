import type { HistoryEntry } from '@sync-operations/client';

export interface EntryText {
  readonly title: string;
  readonly tone: 'neutral' | 'good' | 'warn' | 'bad';
  /** The sync, and who or what started it. */
  readonly how: string;
}

const EVENTS: Readonly<Record<HistoryEntry['event'], Pick<EntryText, 'title' | 'tone'>>> = {
  created: { title: 'Created', tone: 'good' },
  updated: { title: 'Changed', tone: 'neutral' },
  restored: { title: 'Brought back', tone: 'good' },
  archived: { title: 'Archived', tone: 'warn' },
  deleted: { title: 'Deleted', tone: 'bad' },
  unbound: { title: 'No longer connected, and left as it is', tone: 'warn' },
  conflict: { title: 'Not written: a conflict', tone: 'warn' },
  skipped: { title: 'Skipped', tone: 'warn' },
  failed: { title: 'Failed', tone: 'bad' },
  warned: { title: 'Written with a difference', tone: 'warn' },
};

const KINDS: Readonly<Record<string, string>> = {
  apply: 'an applied preview',
  retry: 'a retry',
  webhook: 'a webhook',
  sync: 'a sync',
};

export function entryText(entry: HistoryEntry): EntryText {
  const { event, attempts, kind, trigger, requested_by, undoes_sync_id } = entry;
  const { title, tone } = EVENTS[event];
  const again = attempts !== null && attempts > 1 ? `, attempt ${attempts}` : '';
  const what = undoes_sync_id ? 'an undo' : (KINDS[kind] ?? 'a sync');
  const who =
    trigger === 'schedule' ? ' by its schedule' : requested_by && trigger === 'request' ? ` by ${requested_by}` : '';
  return { title: title + again, tone, how: what + who };
}
