import type { Statement } from '../../database/database.ts';
import type { Batch, Waiting } from '../run.types.ts';

// The functions are in src/runs/sql/lease.sql, slots.sql and commit_batch.sql, which also adds up the counts of a run.

/** Returns both rows as JSON, or no row when another worker holds the run, it is not ready, or it has ended. */
export const acquireLease = (orgId: string, syncId: string, worker: string, seconds: number): Statement => ({
  text: 'SELECT run, progress FROM app.take_lease($1, $2, $3, make_interval(secs => $4))',
  values: [orgId, syncId, worker, seconds],
});

/** Returns one of: continue, cancel, pause, ended, fenced. */
export const renewLease = (
  orgId: string,
  syncId: string,
  epoch: number,
  seconds: number,
  waiting: Waiting,
): Statement => ({
  text: 'SELECT app.renew_lease($1, $2, $3, make_interval(secs => $4), $5) AS outcome',
  values: [orgId, syncId, epoch, seconds, JSON.stringify(waiting)],
});

/** Returns false when the lease was already lost or the sync has ended. */
export const releaseLease = (
  orgId: string,
  syncId: string,
  epoch: number,
  until: Date | null,
  waiting: Waiting,
): Statement => ({
  text: 'SELECT app.release_lease($1, $2, $3, $4, $5) AS released',
  values: [orgId, syncId, epoch, until, JSON.stringify(waiting)],
});

/** Returns false when another run writes to the same system, and this one waits again, or its lease was lost. */
export const keepSlots = (orgId: string, syncId: string, epoch: number): Statement => ({
  text: 'SELECT app.keep_slots($1, $2, $3) AS kept',
  values: [orgId, syncId, epoch],
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
