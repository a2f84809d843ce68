import { Injectable } from '@nestjs/common';
import { JobQueue } from '../jobs/job.queue.ts';
import type { TenantTransaction } from '../tenancy/tenant.context.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';

/** The payload of a job in the queue `sync-runs`. */
export interface RunJob {
  readonly org_id: string;
  readonly sync_id: string;
}

/** Queues runs that have their slots. */
@Injectable()
export class RunDispatcher {
  constructor(
    private readonly database: TenantDatabase,
    private readonly queue: JobQueue,
  ) {}

  /** Assigns free slots to the organization's waiting runs, oldest first, and queues these runs. */
  dispatch(): Promise<void> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const ready = await transaction.query<{ sync_id: string }>({
        text: 'SELECT sync_id FROM app.dispatch_runs($1)',
        values: [orgId],
      });
      for (const { sync_id } of ready) await this.send(transaction, sync_id);
    });
  }

  /** Queues a run that has its slots. Repeated calls queue it once. */
  async send(transaction: TenantTransaction, syncId: string, startAfter?: Date): Promise<void> {
    const { orgId } = currentTenant();
    const job: RunJob = { org_id: orgId, sync_id: syncId };
    await this.queue.send(transaction, 'sync-runs', job, {
      singletonKey: keyOf(job),
      group: { id: orgId },
      ...(startAfter && { startAfter }),
    });
  }

  /** Like `send`, for a run whose worker stopped renewing its lease. */
  rescue(syncId: string): Promise<void> {
    return this.database.transaction(async (transaction) => {
      await this.queue.abandon(transaction, 'sync-runs', keyOf({ org_id: currentTenant().orgId, sync_id: syncId }));
      await this.send(transaction, syncId);
    });
  }
}

const keyOf = ({ org_id, sync_id }: RunJob): string => `${org_id} ${sync_id}`;
