import { Problem } from '../common/problem.ts';
import type { ProgressDto } from './dto/progress.dto.ts';
import { MAX_WORKERS } from './dto/requests.dto.ts';
import type { ReportElement, ReportResult } from './progress.sql.ts';

export function noSuchSync(syncId: string): Problem {
  return new Problem('not-found', `There is no sync "${syncId}" in your organization.`);
}

/** A report that is at the database may still take effect. Counts are totals, so sending it again is right in either case. */
export function syncLocked(): Problem {
  return new Problem('unavailable', 'The sync is locked by another transaction; send the report again.', {
    retryAfter: 1,
  });
}

export function syncEnded(sync: ProgressDto): Problem {
  return new Problem(
    'sync-ended',
    `The sync "${sync.sync_id}" ended with status ${sync.status} at ${sync.completed_at}; start a new sync.`,
  );
}

/** The problem of a report that had no effect. Undefined when the report was accepted. Pure. */
export function reportProblem(report: ReportElement, { outcome, progress }: ReportResult): Problem | undefined {
  if (outcome === 'reported') return undefined;
  if (outcome === 'locked') return syncLocked();
  if (outcome === 'missing' || progress === null) return noSuchSync(report.sync_id);
  const sync = JSON.parse(progress) as ProgressDto;
  if (outcome === 'ended') return syncEnded(sync);
  if (outcome === 'backwards') {
    const before = report.worker === undefined ? sync : partOf(sync, report.worker);
    const errors = (['processed_count', 'failed_count'] as const)
      .filter((name) => (report[name] ?? before[name]) < before[name])
      .map((name) => ({ pointer: `#/${name}`, detail: `is below ${before[name]}, which was reported before` }));
    return new Problem(
      'counts-backwards',
      'Counts are totals and cannot decrease; a higher count was reported before.',
      {
        errors,
      },
    );
  }
  if (outcome === 'too_many_workers') {
    const detail = `${MAX_WORKERS} workers report this sync already`;
    return new Problem('too-many-workers', `${detail}.`, { errors: [{ pointer: '#/worker', detail }] });
  }
  const part = report.worker === undefined ? sync : partOf(sync, report.worker);
  const processed = sync.processed_count - part.processed_count + (report.processed_count ?? part.processed_count);
  const failed = sync.failed_count - part.failed_count + (report.failed_count ?? part.failed_count);
  const total = report.total_items ?? sync.total_items;
  const detail = `${processed} processed + ${failed} failed is above the total of ${total}`;
  return new Problem('counts-above-total', `${detail}.`, { errors: [{ pointer: '#/processed_count', detail }] });
}

/** What the worker reported of its part before. */
const partOf = (sync: ProgressDto, worker: string): Pick<ProgressDto, 'processed_count' | 'failed_count'> =>
  (sync.workers && Object.hasOwn(sync.workers, worker) && sync.workers[worker]) || {
    processed_count: 0,
    failed_count: 0,
  };
