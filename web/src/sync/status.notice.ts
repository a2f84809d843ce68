import type { Progress, Run } from '../../../clients/typescript/src/index.ts';
import { dateTime, duration } from '../ui/format.ts';

/** A sync that has not reported for so long is called silent; the service gives it up later, by its own setting. */
const SILENT_AFTER_MS = 60_000;

export interface Situation {
  readonly kind: 'info' | 'warning';
  readonly title: string;
  readonly text: string;
}

/** What holds an active sync up, in words, the most pressing first; null: nothing does. */
export function situationOf(sync: Progress, now: number, run?: Run): Situation | null {
  if (sync.completed_at) return null;
  const by = sync.requested_by ? ` by ${sync.requested_by}` : '';
  const learns = run ? 'within one batch' : 'when it reports next';
  if (sync.cancel_requested)
    return { kind: 'warning', title: `Cancel requested${by}`, text: `The sync stops ${learns}.` };
  if (sync.pause_requested && sync.status !== 'paused')
    return { kind: 'info', title: `Pause requested${by}`, text: `The sync pauses ${learns}.` };
  if (sync.status === 'paused')
    return { kind: 'info', title: `Paused${by}`, text: 'It goes on where it is when somebody resumes it.' };
  if (sync.rate_limited_until && Date.parse(sync.rate_limited_until) > now)
    return {
      kind: 'info',
      title: `Waiting for a rate limit until ${dateTime(sync.rate_limited_until)}`,
      text: 'The system it talks to asked for a pause; the sync goes on by itself.',
    };
  if (run?.state === 'waiting')
    return {
      kind: 'info',
      title: 'Waiting for its turn',
      text: 'Another sync of the same connection and entity type runs; this one starts when that has ended.',
    };
  if (sync.status === 'queued')
    return { kind: 'info', title: 'Queued', text: 'It starts when a worker is free, usually within seconds.' };
  const silentMs = now - Date.parse(sync.updated_at);
  if (silentMs < SILENT_AFTER_MS) return null;
  return {
    kind: 'warning',
    title: `No report for ${duration(Math.floor(silentMs / 60_000) * 60)}`,
    text: run
      ? 'Its worker may have died; another one takes over by itself.'
      : 'Look whether the service that reports it still runs. After a time without reports the sync is ended as timeout.',
  };
}
