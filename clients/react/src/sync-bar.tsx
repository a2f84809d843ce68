import type { StreamedSync } from './live/sync.types.ts';
import { nameOf, percentOf, progressText } from './sync.text.ts';

/** Succeeded items, then failed items. Without a total the bar shows only that the sync is running. */
export function ProgressBar({ sync }: { sync: StreamedSync }) {
  const percent = percentOf(sync);
  const failed = sync.total_items ? (sync.failed_count / sync.total_items) * 100 : 0;
  return (
    <div
      className="sync-bar"
      role="progressbar"
      aria-label={`Progress of ${nameOf(sync)} ${sync.sync_id}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === undefined ? undefined : Math.floor(percent)}
      aria-valuetext={progressText(sync)}
    >
      {percent === undefined ? (
        <div className="sync-bar-unknown" data-moving={sync.completed_at === null || undefined} />
      ) : (
        <>
          <div className="sync-bar-done" style={{ width: `${Math.max(0, percent - failed)}%` }} />
          <div className="sync-bar-failed" style={{ width: `${failed}%` }} />
        </>
      )}
    </div>
  );
}
