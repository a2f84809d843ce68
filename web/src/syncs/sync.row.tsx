import { memo, type Ref } from 'react';
import { Link } from 'wouter';
import { syncPath } from '../app/location.ts';
import { Badge, StatusBadge } from '../ui/badge.tsx';
import { count } from '../ui/format.ts';
import { Progress } from '../ui/progress.tsx';
import { Time } from '../ui/time.tsx';
import { aboutOf, doneOf, timeOf, titleOf } from './sync.row-text.ts';
import type { SyncRowItem } from './syncs.queries.ts';

interface Props {
  readonly ref: Ref<HTMLTableRowElement>;
  readonly index: number;
  readonly sync: SyncRowItem;
  /** Undefined: nothing can be selected. */
  readonly isSelected: boolean | undefined;
  /** Must be the same function while nothing changes. */
  readonly onSelect: (syncIds: readonly string[], isSelected: boolean) => void;
}

/** Drawn anew when its sync changes, not with each frame of scrolling. */
export const SyncRow = memo(function SyncRow({ ref, index, sync, isSelected, onSelect }: Props) {
  const { sync_id, status, completed_at, failed_count, conflict_count } = sync;
  return (
    <tr ref={ref} data-index={index} data-sync-id={sync_id} aria-rowindex={index + 2}>
      {isSelected !== undefined && (
        <td data-label="Select">
          <input
            type="checkbox"
            aria-label={`Select ${sync_id}`}
            checked={isSelected}
            onChange={({ target }) => onSelect([sync_id], target.checked)}
          />
        </td>
      )}
      <td className="syncs-name">
        <Link href={syncPath(sync_id)} className="break">
          {titleOf(sync)}
        </Link>
        <p className="muted small break">{aboutOf(sync)}</p>
        {sync.error_message && completed_at && <p className="small syncs-error">{sync.error_message}</p>}
        {sync.waiting_reason && !completed_at && (
          <p className="small syncs-error syncs-waiting">{sync.waiting_reason}</p>
        )}
      </td>
      <td data-label="Status">
        <StatusBadge status={status} conflicts={conflict_count} />
        {sync.isSilent && <Badge tone="warn">silent</Badge>}
        {!completed_at && sync.cancel_requested && <Badge tone="warn">cancel requested</Badge>}
        {!completed_at && sync.pause_requested && status !== 'paused' && <Badge tone="warn">pause requested</Badge>}
      </td>
      <td data-label="Items" className="syncs-items">
        <span className="nowrap">{doneOf(sync)}</span>
        {!completed_at && (
          <Progress
            label={`Progress of ${sync_id}`}
            done={sync.processed_count}
            failed={failed_count}
            total={sync.total_items}
            state="active"
          />
        )}
      </td>
      <td data-label="Failed" className={failed_count > 0 ? 'num bad' : 'num'}>
        {count(failed_count)}
      </td>
      <td data-label="Time" className="num">
        {timeOf(sync)}
      </td>
      <td data-label="Started">
        <Time at={sync.started_at} />
      </td>
      <td data-label="Ended">{completed_at ? <Time at={completed_at} /> : '–'}</td>
    </tr>
  );
});
