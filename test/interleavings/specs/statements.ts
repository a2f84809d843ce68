import {
  type ControlRequest,
  type ReportElement,
  reportProgress,
  reportWhenUnlocked,
  requestControl,
} from '../../../src/progress/progress.sql.ts';
import type { Batch } from '../../../src/runs/run.types.ts';
import { acquireLease, commitBatch, releaseLease, renewLease } from '../../../src/runs/worker/lease.sql.ts';
import { type Step, step, stepWithRow } from '../interleaving.spec.ts';

type Report = Omit<ReportElement, 'org_id' | 'sync_id'>;

const LEASE_SECONDS = 60;

/** What the steps of the specs send: the service's own statements. */
export const report = (what: Report): Step =>
  step(({ org, sync }) => reportProgress([{ org_id: org, sync_id: sync, ...what }]), 'outcome');
export const reportThatWaits = (what: Report): Step =>
  step(({ org, sync }) => reportWhenUnlocked({ org_id: org, sync_id: sync, ...what }), 'outcome');
export const control = (request: ControlRequest): Step =>
  step(({ org, sync }) => requestControl(org, sync, request, 'operator'), 'done');
export const take = (worker: string): Step =>
  stepWithRow(({ org, sync }) => acquireLease(org, sync, worker, LEASE_SECONDS), 'taken', 'not taken');
export const renew: Step = step(({ org, sync, epoch }) => renewLease(org, sync, epoch, LEASE_SECONDS, {}), 'outcome');
export const release: Step = step(({ org, sync, epoch }) => releaseLease(org, sync, epoch, null, {}), 'released');
/** `later`: of the epoch after the scene's. */
export const commitItems = (items: readonly string[], rest: Batch = {}, later = 0): Step =>
  step(
    ({ org, sync, epoch }) =>
      commitBatch(org, sync, epoch + later, LEASE_SECONDS, {
        items: items.map((external_id) => ({ external_id, outcome: 'processed' as const })),
        ...rest,
      }),
    'outcome',
  );
