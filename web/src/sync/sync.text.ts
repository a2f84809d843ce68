import { type Progress, type Run } from '@sync-operations/client';
import { isSilent } from '@sync-operations/react';
import { itemPath } from '../app/location.ts';
import { capitalized, dateTime, duration } from '../ui/format.ts';

const KINDS: Readonly<Record<Run['kind'], string>> = {
  sync: 'sync',
  preview: 'preview',
  reconcile: 'comparison',
  apply: 'sync of a preview',
  retry: 'retry of failed items',
  webhook: 'sync by webhook',
};

/** Customer sync; Customer retry of failed items. */
export const syncTitle = (entityType: string, run?: Run): string =>
  `${capitalized(entityType)} ${run ? KINDS[run.kind] : 'sync'}`;

/** The page of the history of an item of the source. */
export const historyOf = ({ entity_type, source_connection_id }: Run, external_id: string): string =>
  itemPath({ entity_type, external_id, connection_id: source_connection_id });

const TRIGGERS: Readonly<Record<Run['trigger'], string>> = {
  request: '',
  schedule: ' by its schedule',
  webhook: ' by a webhook',
  sync: ' after a full sync',
};

/** ann; scheduler by its schedule; a webhook. */
export const startedBy = (initiator: string | null, run?: Run): string =>
  run && run.trigger !== 'request'
    ? `${initiator ?? ''}${TRIGGERS[run.trigger]}`.trim().replace(/^by /, '')
    : (initiator ?? 'unknown');

export interface StatusNotice {
  readonly kind: 'info' | 'warning';
  readonly title: string;
  readonly text: string;
}

/** What an active sync is waiting for, the most important first; null: nothing. */
export function statusNotice(sync: Progress, now: number, run?: Run): StatusNotice | null {
  if (sync.completed_at) return null;
  const by = sync.requested_by ? ` by ${sync.requested_by}` : '';
  const when = run ? 'within one batch' : 'with its next report';
  if (sync.cancel_requested)
    return { kind: 'warning', title: `Cancel requested${by}`, text: `The sync stops ${when}.` };
  if (sync.pause_requested && sync.status !== 'paused')
    return { kind: 'info', title: `Pause requested${by}`, text: `The sync pauses ${when}.` };
  if (sync.status === 'paused')
    return { kind: 'info', title: `Paused${by}`, text: 'It continues from here when it is resumed.' };
  if (sync.rate_limited_until && Date.parse(sync.rate_limited_until) > now)
    return {
      kind: 'info',
      title: `Waiting for a rate limit until ${dateTime(sync.rate_limited_until)}`,
      text: 'The other system asked for a pause. The sync continues automatically.',
    };
  if (sync.waiting_reason && sync.next_try_at)
    return {
      kind: 'warning',
      title: `Put off until ${dateTime(sync.next_try_at)}`,
      text: sync.waiting_reason,
    };
  // The page says above what it waits for.
  if (run?.approval === 'wanted') return null;
  if (run?.state === 'waiting')
    return {
      kind: 'info',
      title: 'Waiting for its turn',
      text: 'Another sync of the same connection and entity type is running. This one starts when that one has ended.',
    };
  if (sync.status === 'queued')
    return { kind: 'info', title: 'Queued', text: 'It starts when a worker is free, usually within seconds.' };
  const silentMs = now - Date.parse(sync.updated_at);
  if (!isSilent(sync, now)) return null;
  return {
    kind: 'warning',
    title: `No report for ${duration(Math.floor(silentMs / 60_000) * 60)}`,
    text: run
      ? 'Its worker may have stopped. Another worker takes over automatically.'
      : 'Check whether the service that reports it is still running. A sync without reports is ended with the status timeout.',
  };
}
