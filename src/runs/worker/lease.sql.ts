import type { Statement } from '../../database/database.ts';
import type { Batch } from '../run.types.ts';

// The functions: src/runs/sql/lease.sql and commit_batch.sql, which also adds up the counts of a run.

/** No row: somebody else has it, it is paused, or it has ended. Rows as json. */
export const takeLease = (orgId: string, syncId: string, worker: string, seconds: number): Statement => ({
  text: 'SELECT run, progress FROM app.take_lease($1, $2, $3, make_interval(secs => $4))',
  values: [orgId, syncId, worker, seconds],
});

/** One of: go on, cancel, pause, ended, fenced. */
export const renewLease = (
  orgId: string,
  syncId: string,
  epoch: number,
  seconds: number,
  limitedUntil: Date | null,
): Statement => ({
  text: 'SELECT app.renew_lease($1, $2, $3, make_interval(secs => $4), $5) AS answer',
  values: [orgId, syncId, epoch, seconds, limitedUntil],
});

/** False: it was not ours any more. */
export const releaseLease = (orgId: string, syncId: string, epoch: number, until: Date | null): Statement => ({
  text: 'SELECT app.release_lease($1, $2, $3, $4) AS released',
  values: [orgId, syncId, epoch, until],
});

export const commitBatch = (
  orgId: string,
  syncId: string,
  epoch: number,
  seconds: number,
  batch: Batch,
): Statement => ({
  text: 'SELECT outcome, progress FROM app.commit_batch($1, $2, $3, make_interval(secs => $4), $5)',
  values: [orgId, syncId, epoch, seconds, JSON.stringify(batch)],
});
