import {
  countText,
  displayStatus,
  etaText,
  isReporting,
  nameOf,
  type StreamedSync,
  speedText,
} from '@sync-operations/react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { syncPath } from '../app/location.ts';
import { count } from '../ui/format.ts';
import { Progress } from '../ui/progress.tsx';
import '../ui/table.css';

interface Props {
  readonly syncs: readonly StreamedSync[];
  /** The service's clock. */
  readonly now: number;
  readonly aboutOf: (sync: StreamedSync) => string;
  readonly actionsOf: (sync: StreamedSync) => ReactNode;
}

/** One row for each sync: as dense as a list can be, for dozens of them. */
export function LiveTable({ syncs, now, aboutOf, actionsOf }: Props) {
  return (
    <div className="card live-table-card">
      <table className="table table-cards live-table">
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
        <tbody>
          {syncs.map((sync) => (
            <Row key={sync.sync_id} sync={sync} now={now} about={aboutOf(sync)} actions={actionsOf(sync)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly sync: StreamedSync;
  readonly now: number;
  readonly about: string;
  readonly actions: ReactNode;
}

function Row({ sync, now, about, actions }: RowProps) {
  const { sync_id, completed_at, processed_count, failed_count, total_items } = sync;
  const status = displayStatus(sync, now);
  const isFigureTrue = completed_at !== null || isReporting(sync, now);
  return (
    <tr data-sync-id={sync_id}>
      <td className="live-table-sync">
        <Link href={syncPath(sync_id)}>{nameOf(sync)}</Link> <span className="muted">{sync.source_system}</span>
        <p className="muted small break">{about}</p>
      </td>
      <td data-label="Status">
        <span className={`live-status live-status-${status.kind}`}>{status.text}</span>
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
      <td className="live-table-actions">{actions}</td>
    </tr>
  );
}
