import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type pg from 'pg';
import { within } from '../common/clock.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { TASK_POOL } from '../database/database.module.ts';
import type { Statement } from '../database/database.ts';
import { outages } from '../database/outage.log.ts';
import { TaskMetrics } from '../metrics/task.metrics.ts';
import { tracedRoot } from '../tracing/tracing.ts';
import { claimTask, finishTask, type ScheduledTask } from './scheduled.task.ts';

const WAKE_MS = 15_000;
const STOP_WITHIN_MS = 10_000;
/** A task ends its turn after this many batches, so that one with much to do leaves time for the others. */
const BATCHES_A_TURN = 200;

/** Tasks that are done as often as this wait for none that is done less often, and may take minutes: what is due within a minute. */
const PROMPT_SECONDS = 30;

/** A task that is one SQL statement. It returns one row, whose column `changed` says how many rows it changed. */
export type ScheduledStatement = Omit<ScheduledTask, 'run'> & { readonly statement: Statement };

/** Wakes on every replica; a task runs on the one that claims its turn in the database. */
@Injectable()
export class TaskRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Maintenance');
  private readonly tasks: ScheduledTask[] = [];
  private readonly turns: Record<'prompt' | 'other', Promise<void> | undefined> = {
    prompt: undefined,
    other: undefined,
  };
  private stopped = false;

  constructor(
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    @Inject(ENVIRONMENT) private readonly env: Environment,
    private readonly metrics: TaskMetrics,
  ) {}

  register(task: ScheduledTask): void {
    this.tasks.push(task);
  }

  registerStatement({ statement, ...task }: ScheduledStatement): void {
    const run = async () => {
      const { rows } = await this.pool.query<{ changed: number }>(statement.text, statement.values as unknown[]);
      return rows[0]?.changed ?? 0;
    };
    this.register({ ...task, run });
  }

  onApplicationBootstrap(): void {
    void this.wake();
  }

  @Interval(WAKE_MS)
  wake(): Promise<void> {
    if (this.env.SYNC_WORKER === 'off' || this.stopped) return Promise.resolve();
    return this.bothTurns(
      (lane) =>
        (this.turns[lane] ??= this.runDue(lane).finally(() => {
          this.turns[lane] = undefined;
        })),
    );
  }

  /** Waits a moment for the batch at work, since the pool is still open. One that is cut off is done again. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    await within(
      STOP_WITHIN_MS,
      this.bothTurns((lane) => this.turns[lane]),
    );
  }

  private async bothTurns(of: (lane: 'prompt' | 'other') => Promise<void> | undefined): Promise<void> {
    await Promise.all([of('prompt'), of('other')]);
  }

  private async runDue(lane: 'prompt' | 'other'): Promise<void> {
    const tasks = this.tasks.filter(({ everySeconds }) => everySeconds <= PROMPT_SECONDS === (lane === 'prompt'));
    for (const task of tasks) {
      if (this.stopped) return;
      await this.runOnce(task).catch((error: unknown) => {
        if (!outages.tell(error)) this.logger.error({ err: error, task: task.name }, 'scheduled task failed');
      });
    }
  }

  /** Runs the task unless another replica had this turn. */
  private async runOnce(task: ScheduledTask): Promise<void> {
    const { text, values } = claimTask(task);
    const { rows } = await this.pool.query(text, values as unknown[]);
    if (rows.length === 0) return;
    const timer = this.metrics.start(task.name);
    let changed = 0;
    let failure: unknown;
    try {
      for (let batch = 0; batch < BATCHES_A_TURN && !this.stopped; batch += 1) {
        const rowsChanged = await tracedRoot({ name: `task ${task.name}`, kind: 'work' }, () => task.run());
        if (rowsChanged === 0) break;
        changed += rowsChanged;
      }
    } catch (error) {
      failure = error;
    }
    timer.end(changed, failure === undefined);
    const finish = finishTask(task, changed, failure);
    await this.pool.query(finish.text, finish.values as unknown[]);
    if (failure !== undefined) throw failure;
    if (changed > 0) this.logger.log({ task: task.name, changed }, 'scheduled task ran');
  }
}

/** The provider by which a module registers its maintenance. `define` gets the environment, for what can be configured. */
export const maintenance = (
  name: string,
  define: (env: Environment) => Omit<ScheduledStatement, 'name'>,
): Provider => ({
  provide: `maintenance ${name}`,
  inject: [TaskRunner, ENVIRONMENT],
  useFactory: (runner: TaskRunner, env: Environment) => {
    runner.registerStatement({ name, ...define(env) });
    return name;
  },
});
