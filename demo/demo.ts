import type { Progress } from '../clients/typescript/src/index.ts';
import { type Check, lookAfterwards, lookWhileLive, readBack } from './checks.ts';
import { syncWooCommerceCustomers } from './customer.sync.ts';
import { type DemoOptions, readOptions } from './demo.options.ts';
import { clientOf, type Stage, setStage } from './demo.stage.ts';
import { isRight, summaryOf, whereToLook } from './summary.text.ts';
import { Terminal } from './terminal.ts';

// npm run demo: the guide's complete customer workflow against a service of its own, live, checked at the end.

const BATCH_DELAY_MS = 150;
const USER = 'demo-user';
const INTERRUPTED = new Error('Stopped before the sync had ended.');

/** Syncs the shop and prints what was read back; the sync's id, and whether every check was right. */
async function playOn(stage: Stage, options: DemoOptions, terminal: Terminal, signal: AbortSignal) {
  const { service, shop, crm, bad } = stage;
  const { orgId, customers } = options;
  const { say } = terminal;
  const api = clientOf(service.access(), orgId);
  const another = clientOf(service.access(), `${orgId}-b`);

  let seenByAnother: Promise<Check[]> | undefined;
  const onProgress = (sync: Progress) => {
    if (!seenByAnother) {
      say(`\nSync ${sync.sync_id} of organization ${orgId}: shop → CRM table`);
      say(`Kill the service if you like, it goes on: kill -9 ${service.access().pid}\n`);
      // Asked while the sync is live, so that an empty list says something.
      seenByAnother = lookWhileLive(another, sync.sync_id, signal);
      seenByAnother.catch(() => {});
    }
    if (sync.status === 'paused') say('Paused on request, until somebody resumes or cancels it.');
    terminal.progress(sync);
  };
  const batchDelay = options.fast ? 0 : BATCH_DELAY_MS;
  const run = { api, shop, crm, orgId, userId: USER, batchDelay, signal, onProgress };
  const { sync_id, status } = await syncWooCommerceCustomers(run).finally(() => terminal.endProgress());
  say();
  if (status === 'cancelled') say('The sync was cancelled on request, so the checks of a whole one are not met.');

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

/** Returns when the user stops it; throws when the service cannot be kept running. */
async function stayUp(
  { service, dataDir }: Stage,
  orgId: string,
  syncId: string,
  terminal: Terminal,
  signal: AbortSignal,
) {
  terminal.say();
  for (const line of whereToLook({ access: service.access(), orgId, syncId, dataDir })) terminal.say(line);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  if (signal.reason !== INTERRUPTED) throw signal.reason;
}

/** Ctrl-C, which may arrive twice, from the terminal and from npm; and a terminal or a pipe that went away. */
function stopOnSignals(stopping: AbortController, terminal: Terminal): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      if (stopping.signal.aborted) return;
      stopping.abort(INTERRUPTED);
      terminal.endProgress();
      terminal.say('\nStopping the service and its database…');
    });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stopping.abort(INTERRUPTED));
}

/** The exit code: 0 when every check was right. */
async function main(): Promise<number> {
  const terminal = new Terminal();
  const stopping = new AbortController();
  const { signal } = stopping;
  stopOnSignals(stopping, terminal);
  const cleanup: (() => Promise<void>)[] = [];
  try {
    const options = readOptions(process.argv.slice(2));
    const stage = await setStage({ customers: options.customers, stopping, say: terminal.say, cleanup });
    const { syncId, allRight } = await playOn(stage, options, terminal, signal);
    if (!options.exit) await stayUp(stage, options.orgId, syncId, terminal, signal);
    return allRight ? 0 : 1;
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error;
    console.error(reason instanceof Error ? reason.message : String(reason));
    return reason === INTERRUPTED ? 130 : 1;
  } finally {
    for (const end of cleanup.reverse()) await end();
  }
}

process.exitCode = await main();
