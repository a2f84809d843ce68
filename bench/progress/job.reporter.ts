import { createRequire } from 'node:module';
import { OTHER_PEERS } from '../peers/other.peers.ts';
import type { BenchSync, Reporter } from './load.types.ts';

/** What is used of BullMQ, which is not installed with the project. */
interface BullMq {
  readonly Queue: new (
    name: string,
    options: { readonly connection: { readonly host: string; readonly port: number } },
  ) => { add(name: string, data: object): Promise<{ updateProgress(progress: object): Promise<void> }> };
}

/** A job a sync; all report by one connection to Redis, which BullMQ shares. */
export async function openJobReporters(syncs: readonly BenchSync[], port: number): Promise<Reporter[]> {
  const { Queue } = createRequire(OTHER_PEERS)('bullmq') as BullMq;
  const queue = new Queue('syncs', { connection: { host: '127.0.0.1', port } });
  return Promise.all(
    syncs.map(async ({ org_id, sync_id }) => {
      const job = await queue.add('sync', { org_id, sync_id });
      return {
        report: (processedCount: number) =>
          job.updateProgress({ processed_count: processedCount, failed_count: 0, current_item: processedCount }),
      };
    }),
  );
}
