import { connectionText } from './connection.text.ts';
import type { ConnectionOptions, StreamedSync } from './live/sync.types.ts';
import { type DisplayStatus, displayStatus, percentOf } from './sync.text.ts';
import { useSyncProgress } from './use-sync-progress.ts';

export interface SyncBadgeProps extends ConnectionOptions {
  readonly orgId: string;
  /** The sync to show. Left out: all that are active, the worst of them first. */
  readonly syncId?: string;
}

/** What needs a person comes before what works. */
const WORST_FIRST: readonly DisplayStatus['kind'][] = ['failed', 'attention', 'waiting', 'active', 'done'];

/** How one sync, or all of them, stand: a word or two beside a title or in a menu. Needs style.css. */
export function SyncBadge({ orgId, syncId, ...options }: SyncBadgeProps) {
  const progress = useSyncProgress(orgId, options);
  const now = Date.now() + progress.serverOffsetMs;
  const { kind, text } =
    progress.state === 'signed-out' || progress.state === 'error'
      ? ({ kind: 'waiting', text: 'No access' } as const)
      : progress.loaded
        ? standing(progress.syncs, syncId, now)
        : ({ kind: 'waiting', text: '…' } as const);
  return (
    <span
      className="sync-badge"
      data-status={kind}
      data-stale={progress.isStale || undefined}
      title={connectionText(progress)}
    >
      {text}
    </span>
  );
}

function standing(syncs: readonly StreamedSync[], syncId: string | undefined, now: number): DisplayStatus {
  if (syncId !== undefined) {
    const sync = syncs.find(({ sync_id }) => sync_id === syncId);
    if (!sync) return { kind: 'waiting', text: 'Not running' };
    const status = displayStatus(sync, now);
    const percent = percentOf(sync);
    return status.kind === 'active' && percent !== undefined
      ? { kind: 'active', text: `${Math.floor(percent)} %` }
      : status;
  }
  const active = syncs.filter(({ completed_at }) => completed_at === null);
  if (active.length === 0) return { kind: 'done', text: 'No active syncs' };
  const kinds = active.map((sync) => displayStatus(sync, now).kind);
  const worst = WORST_FIRST.find((kind) => kinds.includes(kind)) ?? 'active';
  const many = kinds.filter((kind) => kind === worst).length;
  return {
    kind: worst,
    text: worst === 'attention' ? `${many} of ${active.length} need attention` : `${active.length} running`,
  };
}
