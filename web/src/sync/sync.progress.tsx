import type { Progress as Sync } from '@sync-operations/client';
import { isReporting } from '@sync-operations/react';
import type { ReactNode } from 'react';
import { Card } from '../ui/card.tsx';
import { count, duration, speed } from '../ui/format.ts';
import { Note } from '../ui/note.tsx';
import { Progress } from '../ui/progress.tsx';
import { Time, useNow } from '../ui/time.tsx';
import type { SyncAndRun } from './sync.queries.ts';
import { startedBy, statusNotice } from './sync.text.ts';

/** Progress, speed, and what the sync is waiting for. */
export function SyncProgress({ sync, run }: SyncAndRun) {
  const isOver = sync.completed_at !== null;
  const now = useNow(isOver ? null : 5_000);
  const notice = statusNotice(sync, now, run);
  const isFigureTrue = isOver || isReporting(sync, now);
  return (
    <Card className="onesync-progress">
      <div className="row between">
        <p className="onesync-count">
          <strong>{count(sync.processed_count + sync.failed_count)}</strong>{' '}
          {sync.total_items === null ? 'items' : `of ${count(sync.total_items)} items`}
        </p>
        <p className="onesync-percent">{percent(sync)}</p>
      </div>
      <Progress
        label="Progress of the sync"
        done={sync.processed_count}
        failed={sync.failed_count}
        total={sync.total_items}
        state={barState(sync)}
      />
      <dl className="onesync-facts">
        <Fact name="Failed">
          <span className={sync.failed_count > 0 ? 'bad' : ''}>{count(sync.failed_count)}</span>
        </Fact>
        <Fact name="Speed">{speed(isFigureTrue ? sync.speed_items_per_min : null)}</Fact>
        <Fact name={isOver ? 'Took' : 'Elapsed'}>{duration(rounded(sync.elapsed_seconds))}</Fact>
        {isOver ? (
          <Fact name="Ended">{sync.completed_at && <Time at={sync.completed_at} />}</Fact>
        ) : (
          <Fact name="Time left">
            {duration(isFigureTrue && sync.eta_seconds !== null ? Math.ceil(sync.eta_seconds) : null)}
          </Fact>
        )}
        <Fact name="Started">
          <Time at={sync.started_at} />
        </Fact>
        <Fact name="Started by">{startedBy(sync.initiated_by, run)}</Fact>
      </dl>
      {notice && (
        <Note kind={notice.kind} title={notice.title} live>
          <p>{notice.text}</p>
        </Note>
      )}
      {sync.error_message && (
        <Note kind={sync.status === 'completed_with_errors' ? 'warning' : 'error'} title={sync.error_message} />
      )}
    </Card>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="break">{children}</dd>
    </div>
  );
}

/** Tenths only below ten seconds. */
const rounded = (seconds: number): number => (seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds));

function percent({ processed_count, failed_count, total_items }: Sync): string {
  if (!total_items) return '';
  return `${Math.floor(((processed_count + failed_count) / total_items) * 100)} %`;
}

function barState({ completed_at, status }: Sync): 'active' | 'idle' | 'completed' {
  if (status === 'completed' || status === 'completed_with_errors') return 'completed';
  return completed_at || status === 'paused' || status === 'queued' ? 'idle' : 'active';
}
