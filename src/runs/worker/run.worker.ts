import { hostname } from 'node:os';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { ConnectorError } from '../../connectors/contract/connector.error.ts';
import { isConnectionLoss, isContention } from '../../database/sqlstate.ts';
import { JobQueue } from '../../jobs/job.queue.ts';
import { RunMetrics } from '../../metrics/run.metrics.ts';
import { GuardTripped } from '../../planning/deletion.guard.ts';
import { runAsWorker } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { RunDispatcher, type RunJob } from '../run.dispatcher.ts';
import { Postponed, Stopped } from './retry.policy.ts';
import { RunExecutor, type ShouldYield } from './run.executor.ts';
import { RunLease } from './run.lease.ts';

/** A run that this many workers took up without one batch among them kills them. */
const FRUITLESS_LEASES = 10;
/** A worker gives a long run back after this time when runs of other organizations wait. */
const TURN_MS = 30_000;
/** And after this one in any case: a job must end before pg-boss takes it for lost. */
const LONGEST_TURN_MS = 20 * 60_000;

/** Works on runs: as many at once as it may, of one organization no more than its share. */
@Injectable()
export class RunWorker implements OnModuleInit {
  private readonly logger = new Logger('Runs');
  private readonly name = `${hostname()}:${process.pid}`;
  private readonly leases = new Set<RunLease>();
  private stopping = false;

  constructor(
    @Inject(ENVIRONMENT) private readonly env: Environment,
    private readonly queue: JobQueue,
    private readonly database: TenantDatabase,
    private readonly dispatcher: RunDispatcher,
    private readonly executor: RunExecutor,
    private readonly metrics: RunMetrics,
  ) {}

  onModuleInit(): void {
    this.queue.work<RunJob>(
      'sync-runs',
      {
        localConcurrency: this.env.SYNC_WORKER_CONCURRENCY,
        groupConcurrency: this.env.SYNC_ORG_CONCURRENCY,
        pollingIntervalSeconds: 1,
      },
      {
        handle: ({ org_id, sync_id }) => runAsWorker(org_id, () => this.work(org_id, sync_id)),
        stop: () => this.stop(),
      },
    );
  }

  /** Batches at work are brought to their end; then the runs go to other workers. */
  private stop(): void {
    this.stopping = true;
    for (const lease of this.leases) lease.askToStop('stopping');
  }

  private async work(orgId: string, syncId: string): Promise<void> {
    if (this.stopping) return;
    const lease = await RunLease.take(this.database, orgId, syncId, this.name, this.env.SYNC_LEASE_SECONDS);
    if (!lease) return;
    this.leases.add(lease);
    const meter = this.metrics.start({
      system: lease.progress.source_system,
      entity_type: lease.run.entity_type,
      kind: lease.run.kind,
    });
    lease.onCommit = meter.committed;
    try {
      if (lease.run.leases_without_commit > FRUITLESS_LEASES)
        return await this.fail(lease, `${FRUITLESS_LEASES} workers took it up and ended without a result.`);
      await this.executor.execute(lease, this.turnOf(lease));
    } catch (error) {
      await this.settle(lease, error);
    } finally {
      this.leases.delete(lease);
      meter.stop(lease.endedAs);
      await lease.close();
    }
    await this.dispatcher.dispatch();
  }

  /** What the end of the work by an exception means for the run. */
  private async settle(lease: RunLease, error: unknown): Promise<void> {
    if (error instanceof Stopped) return this.stopped(lease);
    if (error instanceof Postponed) return this.handOn(lease, error.until);
    if (error instanceof GuardTripped || error instanceof ConnectorError || error instanceof Problem)
      return this.fail(lease, error.message);
    // Left as it is: its lease runs out, and whoever reaches the database first goes on.
    if (isConnectionLoss(error) || isContention(error)) throw error;
    this.logger.error({ err: error, sync_id: lease.run.sync_id, org_id: lease.run.org_id }, 'a run failed on our side');
    return this.fail(lease, 'The sync failed on our side; its log line names this sync.');
  }

  private async stopped(lease: RunLease): Promise<void> {
    if (lease.reason === 'fenced') return;
    // A request to cancel or pause is confirmed by a batch, or was taken back meanwhile; how somebody else ended the sync is told by it.
    const answer = lease.reason === 'stopping' ? 'go on' : await lease.commit({});
    if (answer === 'go on') await this.handOn(lease, null);
  }

  private async handOn(lease: RunLease, until: Date | null): Promise<void> {
    await this.database.transaction(async (transaction) => {
      if (await lease.release(until)) await this.dispatcher.send(transaction, lease.run.sync_id, until ?? undefined);
    });
  }

  private async fail(lease: RunLease, message: string): Promise<void> {
    await lease.commit({ final: { status: 'failed', error_message: message.slice(0, 2_000) } });
  }

  /** Tells after each batch whether the turn is over; others are looked for once a turn, not once a batch. */
  private turnOf({ run }: RunLease): ShouldYield {
    const began = Date.now();
    let lookedAt = began;
    return async () => {
      const now = Date.now();
      if (now - began > LONGEST_TURN_MS) return true;
      if (now - lookedAt < TURN_MS) return false;
      lookedAt = now;
      return this.queue.othersWait('sync-runs', run.org_id);
    };
  }
}
