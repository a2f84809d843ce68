import type { Progress } from '@sync-operations/client';
import { type Check, lookAfterwards, lookWhileLive, readBack } from './checks.ts';
import { syncWooCommerceCustomers } from './customer.sync.ts';
import type { DemoOptions } from './demo.options.ts';
import { clientOf, type Stage } from './demo.stage.ts';
import { isRight, summaryOf } from './summary.text.ts';
import type { Terminal } from './terminal.ts';

const BATCH_DELAY_MS = 150;
const USER = 'demo-user';

export interface ReportingOutcome {
  readonly syncId: string;
  readonly allRight: boolean;
}

/** The first act: a client copies the shop into a table of its own and reports to the service. Prints what was read back. */
export async function playReporting(
  stage: Stage,
  options: DemoOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ReportingOutcome> {
  const { service, shop, crm, bad } = stage;
  const { orgId, customers } = options;
  const { say } = terminal;
  const api = clientOf(service.access(), orgId);
  const another = clientOf(service.access(), `${orgId}-b`);

  let seenByAnother: Promise<Check[]> | undefined;
  const onProgress = (sync: Progress) => {
    if (!seenByAnother) {
      say('\n1. A client copies the shop into a table of its own and reports its progress\n');
      say(`Sync ${sync.sync_id} of organization ${orgId}: shop → CRM table`);
      say(`You can kill the service; the sync continues: kill -9 ${service.access().pid}\n`);
      // Read while the sync is live: an empty list would prove nothing after its end.
      seenByAnother = lookWhileLive(another, sync.sync_id, signal);
      seenByAnother.catch(() => {});
    }
    if (sync.status === 'paused') say('The sync is paused on request, until somebody resumes or cancels it.');
    terminal.progress(sync);
  };
  const batchDelay = options.fast ? 0 : BATCH_DELAY_MS;
  const run = { api, shop, crm, orgId, userId: USER, batchDelay, signal, onProgress };
  const { sync_id, status } = await syncWooCommerceCustomers(run).finally(() => terminal.endProgress());
  say();
  if (status === 'cancelled') say('The sync was cancelled on request, so the checks for a complete sync fail.');

  const findings = await readBack(api, sync_id, { customers, bad }, signal);
  const stored = {
    what: "Rows in the CRM's table",
    found: await crm.countOf(orgId, sync_id),
    expected: customers - bad,
  };
  const isolation = [...((await seenByAnother) ?? []), await lookAfterwards(another, sync_id, signal)];
  const checks = [...findings.checks, stored, ...isolation];
  for (const line of summaryOf({ ...findings, checks })) say(line);
  return { syncId: sync_id, allRight: checks.every(isRight) };
}
