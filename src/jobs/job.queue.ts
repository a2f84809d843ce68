import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';
import { type Job, PgBoss, type SendOptions, type WorkOptions } from 'pg-boss';
import { within } from '../common/clock.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { POOL } from '../database/database.module.ts';
import { outages } from '../database/outage.log.ts';
import type { TenantTransaction } from '../tenancy/tenant.context.ts';

/** Made by migrations/0003-jobs.ts. */
export type QueueName = 'sync-runs';

export interface JobWorker<Data> {
  handle(data: Data): Promise<void>;
  /** Asks the active jobs to end soon; the process waits for them for a limited time. */
  stop?(): void;
}

/** pg-boss needs connections of its own, because it sends scripts of several statements, which the pipelined pool cannot send. */
const CONNECTIONS = 2;
/** Above what its longest statement, the upkeep of a full queue, takes. A worker that was not answered asks again after 10 s. */
const ANSWER_WITHIN_MS = 12_000;
const CONNECT_WITHIN_MS = 4_000;
const KEEP_ALIVE_MS = 5_000;
/** How long jobs may take to come to a point where another worker can go on; the service ends within 30 s in all. */
const JOBS_END_WITHIN_MS = 14_000;
const STOP_WITHIN_MS = 15_000;

/** pg-boss on our database. It creates nothing, because a migration makes its tables and queues. */
@Injectable()
export class JobQueue implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('JobQueue');
  private readonly boss: PgBoss;
  private readonly workers: (() => Promise<unknown>)[] = [];
  private readonly workerIds = new Map<QueueName, string[]>();
  private readonly stops: (() => void)[] = [];
  private readonly works: boolean;

  constructor(
    @Inject(ENVIRONMENT) env: Environment & { databaseUrl: string },
    @Inject(POOL) private readonly pool: pg.Pool,
  ) {
    this.works = env.SYNC_WORKER !== 'off';
    this.boss = new PgBoss({
      connectionString: env.databaseUrl,
      max: CONNECTIONS,
      application_name: 'sync-operations-jobs',
      // pg-boss hands what it does not know to its pool.
      ...{
        query_timeout: ANSWER_WITHIN_MS,
        connectionTimeoutMillis: CONNECT_WITHIN_MS,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      },
      schema: 'pgboss',
      migrate: false,
      createSchema: false,
      supervise: this.works,
      schedule: false,
      // pg-boss' locks have names that any login of the database can work out and hold. Its statements are made to go without, for
      // databases that have no such locks; the name of the switch is its own.
      ...{ __test__noAdvisoryLocks: true },
      // Only the owner of an index can rebuild it.
      reindex: false,
      monitorIntervalSeconds: 10,
    });
    this.boss.on('error', (error) => {
      if (!outages.tell(error)) this.logger.warn({ err: error }, 'the job queue had an error');
    });
  }

  /** Registers a worker; call it before `onApplicationBootstrap`. With SYNC_WORKER=off the worker gets no jobs. */
  work<Data extends object>(queue: QueueName, options: WorkOptions, worker: JobWorker<Data>): void {
    const each = (jobs: Job<Data>[]) => Promise.all(jobs.map(({ data }) => worker.handle(data)));
    const { localConcurrency = 1, ...common } = options;
    // pg-boss wakes a worker by its id, and tells only one of those that a call makes.
    for (let n = 0; n < localConcurrency; n += 1)
      this.workers.push(async () => this.idsOf(queue).push(await this.boss.work<Data>(queue, common, each)));
    this.stops.push(() => worker.stop?.());
  }

  /**
   * Sends a job as part of the transaction: when it commits, or not at all. A free worker of this process begins with it at once, one of
   * another process when it next looks at the queue. LISTEN would tell those, too, but any login of the database may hold up its queue.
   */
  async send(transaction: TenantTransaction, queue: QueueName, data: object, options: SendOptions): Promise<void> {
    await this.boss.send(queue, data, { ...options, db: executeIn(transaction) });
    if (options.startAfter === undefined) transaction.afterCommit(() => this.wake(queue));
  }

  private wake(queue: QueueName): void {
    for (const id of this.idsOf(queue)) this.boss.notifyWorker(id);
  }

  private idsOf(queue: QueueName): string[] {
    const ids = this.workerIds.get(queue) ?? [];
    this.workerIds.set(queue, ids);
    return ids;
  }

  /** Cancels the active jobs of a key whose worker is gone. They would count against the group's limit until pg-boss misses a heartbeat. */
  async abandon(transaction: TenantTransaction, queue: QueueName, singletonKey: string): Promise<void> {
    const db = executeIn(transaction);
    const jobs = await this.boss.findJobs(queue, { key: singletonKey, db });
    const active = jobs.filter(({ state }) => state === 'active').map(({ id }) => id);
    if (active.length > 0) await this.boss.cancel(queue, active, { db });
  }

  /** True when a job of another group waits and could start on a free worker. */
  async othersWait(queue: QueueName, group: string): Promise<boolean> {
    const { rows } = await this.pool.query<{ waits: boolean }>(
      `SELECT EXISTS (SELECT FROM pgboss.job
         WHERE name = $1 AND state = 'created' AND start_after <= now() AND group_id <> $2) AS waits`,
      [queue, group],
    );
    return rows[0]?.waits ?? false;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.boss.start();
    if (this.works) for (const start of this.workers) await start();
  }

  async onModuleDestroy(): Promise<void> {
    for (const stop of this.stops) stop();
    // Its stop also waits for its own statements, which a silent database does not answer.
    if (!(await within(STOP_WITHIN_MS, this.boss.stop({ graceful: true, timeout: JOBS_END_WITHIN_MS }))))
      this.logger.warn('the job queue did not stop in time');
  }
}

const executeIn = (transaction: TenantTransaction) => ({
  executeSql: async (text: string, values?: unknown[]) => ({
    rows: await transaction.query<Record<string, unknown>>({ text, values }),
  }),
});
