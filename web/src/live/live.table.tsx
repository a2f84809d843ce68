import {
  countText,
  displayStatus,
  etaText,
  isReporting,
  nameOf,
  type StreamedSync,
  speedText,
} from '@sync-operations/react';
import { memo, type ReactNode, type Ref, useRef } from 'react';
import { Link } from 'wouter';
import { syncPath } from '../app/location.ts';
import { count } from '../ui/format.ts';
import { Progress } from '../ui/progress.tsx';
import { Gap, useWindowRows } from '../ui/window-rows.tsx';
import '../ui/table.css';

interface Props {
  /** Must be the same array while nothing changes. */
  readonly syncs: readonly StreamedSync[];
  /** The service's clock. */
  readonly now: number;
  /** These three must be the same functions while they say the same. */
  readonly aboutOf: (sync: StreamedSync) => string;
  readonly conflictsOf: (sync: StreamedSync) => number;
  readonly actionsOf: (sync: StreamedSync) => ReactNode;
}

const ROW_PX = 72;
const COLUMNS = 7;

/** One row for each sync: as dense as a list can be, for dozens of them or for all that an organization may have. */
export function LiveTable({ syncs, now, aboutOf, conflictsOf, actionsOf }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { shown, measure, before, after } = useWindowRows(body, syncs, ROW_PX);
  return (
    <div className="card live-table-card">
      <table className="table table-cards live-table" aria-rowcount={syncs.length + 1}>
        <caption className="visually-hidden">Running syncs</caption>
        <thead>
          <tr>
            <th scope="col">Sync</th>
            <th scope="col">Status</th>
            <th scope="col">Progress</th>
            <th scope="col" className="num">
              Failed
            </th>
            <th scope="col" className="num">
              Speed
            </th>
            <th scope="col" className="num">
              ETA
            </th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          <Gap height={before} columns={COLUMNS} />
          {shown.map(({ index, key }) => {
            const sync = syncs[index];
            return sync ? (
              <Row
                key={key}
                ref={measure}
                index={index}
                sync={sync}
                now={now}
                aboutOf={aboutOf}
                conflictsOf={conflictsOf}
                actionsOf={actionsOf}
              />
            ) : null;
          })}
          <Gap height={after} columns={COLUMNS} />
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends Pick<Props, 'now' | 'aboutOf' | 'conflictsOf' | 'actionsOf'> {
  readonly ref: Ref<HTMLTableRowElement>;
  readonly index: number;
  readonly sync: StreamedSync;
}

/** Drawn anew when its sync changes, not with each frame of scrolling. */
const Row = memo(function Row({ ref, index, sync, now, aboutOf, conflictsOf, actionsOf }: RowProps) {
  const { sync_id, completed_at, processed_count, failed_count, total_items } = sync;
  const status = displayStatus(sync, now, conflictsOf(sync));
  const isFigureTrue = completed_at !== null || isReporting(sync, now);
  return (
    <tr ref={ref} data-index={index} data-sync-id={sync_id} aria-rowindex={index + 2}>
      <td className="live-table-sync">
        <Link href={syncPath(sync_id)}>{nameOf(sync)}</Link> <span className="muted">{sync.source_system}</span>
        <p className="muted small break">{aboutOf(sync)}</p>
      </td>
      <td data-label="Status">
        <span className={`live-status live-status-${status.kind}`} title={status.text}>
          {status.text}
        </span>
      </td>
      <td data-label="Progress" className="live-table-progress">
        <span className="nowrap">{countText(sync)}</span>
        <Progress
          label={`Progress of ${sync_id}`}
          done={processed_count}
          failed={failed_count}
          total={total_items}
          state={completed_at ? 'completed' : 'active'}
        />
      </td>
      <td data-label="Failed" className={failed_count > 0 ? 'num bad' : 'num'}>
        {count(failed_count)}
      </td>
      <td data-label="Speed" className="num">
        {speedText(isFigureTrue ? sync.speed_items_per_min : null)}
      </td>
      <td data-label="ETA" className="num">
        {etaText(isFigureTrue && completed_at === null ? sync.eta_seconds : null)}
      </td>
      <td className="live-table-actions">{actionsOf(sync)}</td>
    </tr>
  );
});
