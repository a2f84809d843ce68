import { hostname } from 'node:os';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ActivityService } from '../../activity/activity.service.ts';
import { steadyNow } from '../../common/clock.ts';
import { Problem } from '../../common/problem.ts';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { ConnectorError } from '../../connectors/contract/connector.error.ts';
import { isConnectionLoss, isContention } from '../../database/sqlstate.ts';
import { JobQueue } from '../../jobs/job.queue.ts';
import { RunMetrics } from '../../metrics/run.metrics.ts';
import { ApprovalWanted } from '../../planning/change.limit.ts';
import { GuardTripped } from '../../planning/deletion.guard.ts';
import { runAsWorker } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { plainId, type Span, tracedRoot } from '../../tracing/tracing.ts';
import { RunDispatcher, type RunJob } from '../run.dispatcher.ts';
import { Postponed, Stopped } from './retry.policy.ts';
import { RunExecutor } from './run.executor.ts';
import { RunLease } from './run.lease.ts';
import { RunTurn, TurnClock } from './run.turn.ts';

/** A run that was leased this many times without a committed batch is assumed to crash its workers and fails. */
const MAX_LEASES_WITHOUT_COMMIT = 10;
/** A run that gets this many turns in a row without a committed batch fails: its source takes longer for one item than a turn lasts. */
const MAX_TURNS_WITHOUT_COMMIT = 10;

/** Executes queued runs, up to a limit for the process and a limit for each organization. */
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
    private readonly activity: ActivityService,
    private readonly clock: TurnClock,
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

  /** Lets current batches finish and then releases the runs to other workers. */
  private stop(): void {
    this.stopping = true;
    for (const lease of this.leases) lease.askToStop('stopping');
  }

  private async work(orgId: string, syncId: string): Promise<void> {
    if (this.stopping) return;
    const lease = await RunLease.acquire(this.database, orgId, syncId, this.name, this.env.SYNC_LEASE_SECONDS);
    if (!lease) return;
    const { traceparent, entity_type, kind } = lease.run;
    const values = {
      'sync.id': syncId,
      'sync.org_id': plainId(orgId),
      'sync.kind': kind,
      'sync.entity_type': entity_type,
      'sync.system': lease.progress.source_system,
    };
    // In the trace of whoever asked for the run, however often it is taken up.
    await tracedRoot({ name: 'run turn', kind: 'turn', values, parent: traceparent }, (span) =>
      this.turn(lease, orgId, span),
    );
    await this.dispatcher.dispatch();
  }

  private async turn(lease: RunLease, orgId: string, span: Span | undefined): Promise<void> {
    this.leases.add(lease);
    const { source_connection_id, entity_type, kind } = lease.run;
    const meter = this.metrics.start({ system: lease.progress.source_system, entity_type, kind }, source_connection_id);
    lease.onCommit = meter.committed;
    const { times } = this.clock;
    const turn = new RunTurn(lease, times, () => this.queue.othersWait('sync-runs', orgId));
    try {
      if (lease.run.leases_without_commit > MAX_LEASES_WITHOUT_COMMIT)
        return await this.fail(
          lease,
          `${MAX_LEASES_WITHOUT_COMMIT} workers started this sync and stopped without a result.`,
        );
      await this.executor.execute(lease);
    } catch (error) {
      await this.handleError(lease, turn, error);
    } finally {
      turn.close();
      this.leases.delete(lease);
      meter.stop(lease.endedAs);
      span?.set({ 'sync.status': lease.endedAs, 'sync.stopped_by': lease.reason });
      await lease.close();
    }
  }

  /** Requeues or fails a run whose execution threw an error. */
  private async handleError(lease: RunLease, turn: RunTurn, error: unknown): Promise<void> {
    if (error instanceof Stopped) return this.handleStop(lease, turn);
    if (error instanceof Postponed) return this.postpone(lease, error.until);
    if (error instanceof ApprovalWanted) return this.askForApproval(lease, error);
    if (error instanceof GuardTripped) return this.failByGuard(lease, error);
    if (error instanceof ConnectorError) return this.fail(lease, error.quoting);
    if (error instanceof Problem) return this.fail(lease, error.message);
    // The database cannot be reached or is busy. The lease expires, and any worker that can reach the database resumes the run.
    if (isConnectionLoss(error) || isContention(error)) throw error;
    this.logger.error({ err: error, sync_id: lease.run.sync_id, org_id: lease.run.org_id }, 'a run failed on our side');
    return this.fail(
      lease,
      'An internal error stopped the sync. The log of the service has the details under this sync_id.',
    );
  }

  private async handleStop(lease: RunLease, turn: RunTurn): Promise<void> {
    if (lease.reason === 'fenced') return;
    if (turn.isOver && !lease.hasCommitted) return this.handleIdleTurn(lease);
    // An empty batch confirms a requested cancel or pause and records how the sync ended. 'continue': the request was withdrawn.
    const outcome = lease.reason === 'stopping' ? 'continue' : await lease.commit({});
    if (outcome === 'continue') await this.requeue(lease, null);
  }

  /** Counts as a postponement, so that the next worker asks for smaller pages, and somebody learns of it in the end. */
  private async handleIdleTurn(lease: RunLease): Promise<void> {
    const turns = lease.run.postponements + 1;
    if (turns < MAX_TURNS_WITHOUT_COMMIT) return this.requeue(lease, steadyNow());
    await this.fail(
      lease,
      `${turns} turns of a worker in a row were too short for one batch: a system takes too long.`,
    );
  }

  /** The trail says why, since a run may be put off for hours. */
  private async postpone(lease: RunLease, until: number): Promise<void> {
    await this.requeue(lease, until);
    await this.activity.append({
      sync_id: lease.run.sync_id,
      entity_type: lease.run.entity_type,
      activity_type: 'sync_postponed',
      status: 'queued',
      source_system: lease.progress.source_system,
      error_message: lease.waitingReason,
      details: { next_try_at: lease.databaseTime(until).toISOString() },
    });
  }

  /** It goes on from its checkpoint when a second person has approved it; nothing of the batch at hand is written. */
  private async askForApproval(lease: RunLease, { hours, message }: ApprovalWanted): Promise<void> {
    const { sync_id, entity_type } = lease.run;
    if (!(await lease.askForApproval(hours, message))) return;
    await this.activity.append({
      ...{ sync_id, entity_type, activity_type: 'approval_wanted', status: 'queued', error_message: message },
      ...{ source_system: lease.progress.source_system, details: { hours } },
    });
  }

  /** `wait` is a time by `steadyNow`. The queue counts by the clock of the database. */
  private async requeue(lease: RunLease, wait: number | null): Promise<void> {
    const until = wait === null ? null : lease.databaseTime(wait);
    await this.database.transaction(async (transaction) => {
      if (await lease.release(until)) await this.dispatcher.send(transaction, lease.run.sync_id, until ?? undefined);
    });
  }

  /** An entry of its own, since alert rules tell it from other failures. */
  private async failByGuard(lease: RunLease, { message }: GuardTripped): Promise<void> {
    const { sync_id, entity_type } = lease.run;
    await this.activity.append({
      ...{ sync_id, entity_type, activity_type: 'delete_guard_tripped', status: 'failed' },
      ...{ source_system: lease.progress.source_system, error_message: message.slice(0, 2_000) },
    });
    await this.fail(lease, message);
  }

  private async fail(lease: RunLease, message: string): Promise<void> {
    await lease.commit({ final: { status: 'failed', error_message: message.slice(0, 2_000) } });
  }
}
