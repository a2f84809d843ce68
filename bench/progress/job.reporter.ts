import { createRequire } from 'node:module';
import { OTHER_PEERS } from '../peers/other.peers.ts';
import type { BenchSync, Reporter } from './load.types.ts';

/** What is used of BullMQ, which is not installed with the project. */
interface BullMq {
  readonly Queue: new (
    name: string,
    options: { readonly connection: { readonly host: string; readonly port: number } },
  ) => {
    add(name: string, data: object): Promise<Job>;
    getJob(id: string): Promise<{ readonly progress: unknown } | undefined>;
  };
}

interface Job {
  readonly id: string;
  updateProgress(progress: object): Promise<void>;
}

/** So often it is read whether Redis has what was reported. */
const READ_EVERY = 1_000;

/** A job a sync; all report by one connection to Redis, which BullMQ shares. */
export async function openJobReporters(syncs: readonly BenchSync[], port: number): Promise<Reporter[]> {
  const { Queue } = createRequire(OTHER_PEERS)('bullmq') as BullMq;
  const queue = new Queue('syncs', { connection: { host: '127.0.0.1', port } });
  return Promise.all(
    syncs.map(async ({ org_id, sync_id }) => {
      const job = await queue.add('sync', { org_id, sync_id });
      return {
        report: async (processedCount: number) => {
          const progress = { processed_count: processedCount, failed_count: 0, current_item: processedCount };
          await job.updateProgress(progress);
          if (processedCount % READ_EVERY > 0) return;
          const stored = (await queue.getJob(job.id))?.progress;
          if (JSON.stringify(stored) !== JSON.stringify(progress))
            throw new Error(`the job of ${sync_id} has ${JSON.stringify(stored)} after a report of ${processedCount}`);
        },
      };
    }),
  );
}
