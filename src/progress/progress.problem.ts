import { Problem } from '../common/problem.ts';
import type { ProgressDto } from './dto/progress.dto.ts';
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
    const errors = (['processed_count', 'failed_count'] as const)
      .filter((name) => (report[name] ?? sync[name]) < sync[name])
      .map((name) => ({ pointer: `#/${name}`, detail: `is below ${sync[name]}, which was reported before` }));
    return new Problem(
      'counts-backwards',
      'Counts are totals and cannot decrease; a higher count was reported before.',
      {
        errors,
      },
    );
  }
  const processed = report.processed_count ?? sync.processed_count;
  const failed = report.failed_count ?? sync.failed_count;
  const total = report.total_items ?? sync.total_items;
  const detail = `${processed} processed + ${failed} failed is above the total of ${total}`;
  return new Problem('counts-above-total', `${detail}.`, { errors: [{ pointer: '#/processed_count', detail }] });
}
