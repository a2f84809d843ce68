import { getSync, startSync } from '../generated/sdk.gen.ts';
import type { Progress } from '../generated/types.gen.ts';
import { listenForExit } from './exit.signals.ts';
import { messageOf, PatientSender } from './patient.sender.ts';
import { ProgressReporter } from './progress.reporter.ts';
import type { RunningSync, SyncOptions } from './reporter.types.ts';
import { SyncStopped } from './sync.stopped.ts';

const MAX_ERROR_MESSAGE = 10_000;

/**
 * Runs `work` as a sync: starts it or goes on with it, reports what the work counts, and ends it when the work has returned. What `work`
 * throws fails the sync and is thrown on.
 *
 * Returns the sync as it ended; cancelled when an operator cancelled it. A sync that was completed before is returned without running the
 * work. Throws SyncStopped when it cannot go on: `interrupted` (a signal; the next process goes on with it), `ended` or `refused`.
 */
export async function withSync<Item = unknown>(
  options: SyncOptions<Item>,
  work: (sync: RunningSync<Item>) => Promise<unknown>,
): Promise<Progress> {
  const sender = new PatientSender(options);
  const found = await start(options, sender);
  if (found.completed_at !== null) return ended(found);
  const sync = new ProgressReporter(options, found, sender);
  const stopListening = options.handleSignals === false ? () => undefined : listenForExit(() => sync.interrupt());
  try {
    return await run(sync, work);
  } finally {
    sync.close();
    stopListening();
  }
}

async function run<Item>(
  sync: ProgressReporter<Item>,
  work: (sync: RunningSync<Item>) => Promise<unknown>,
): Promise<Progress> {
  let thrown: { readonly error: unknown } | undefined;
  try {
    await Promise.race([work(sync), sync.outOfTime]);
  } catch (error) {
    thrown = { error };
  }
  // What the work throws because its signal was aborted is no failure.
  const stop = thrown || sync.stopIsTold ? sync.stop : undefined;
  if (!stop) {
    if (!thrown) return sync.complete();
    await sync
      .fail(messageOf(thrown.error).slice(0, MAX_ERROR_MESSAGE) || 'failed without a message')
      .catch(() => undefined);
    throw thrown.error;
  }
  if (stop.reason === 'interrupted') await sync.leave();
  if (stop.reason === 'cancelled') return sync.confirmCancel();
  if (stop.reason === 'ended') {
    // A cancel that was not confirmed in time ended it as cancelled.
    const now = await sync.read();
    if (now.status === 'cancelled') return now;
  }
  throw stop;
}

async function start<Item>(options: SyncOptions<Item>, sender: PatientSender): Promise<Progress> {
  const { client, entity_type, source_system, total_items, initiated_by } = options;
  const sync_id = options.sync_id ?? `sync-${crypto.randomUUID()}`;
  const known = { sync_id, entity_type, source_system, initiated_by };
  // A total of 0 would end the sync before the work has looked.
  const body = total_items ? { ...known, total_items } : known;
  try {
    return await sender.send((signal) => startSync({ client, body, signal }));
  } catch (error) {
    // Another process started it when the source had another size: the sync is the same.
    const { problem } = error as SyncStopped;
    const isOtherTotal = problem?.errors?.every(({ pointer }) => pointer === '#/total_items') ?? false;
    if (!problem?.type.endsWith(':sync-exists') || !isOtherTotal) throw error;
    return sender.send((signal) => getSync({ client, path: { sync_id }, signal }));
  }
}

function ended(sync: Progress): Progress {
  if (sync.status === 'completed' || sync.status === 'completed_with_errors') return sync;
  throw new SyncStopped('ended', `The sync "${sync.sync_id}" ended as ${sync.status}; start one with another sync_id.`);
}
