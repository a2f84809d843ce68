import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { within } from '../common/clock.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { createPool, createSettledPool } from './pool.ts';

/** The pool of the service's role for what has no tenant and that somebody waits for: keys, webhooks, the directory of organizations. */
export const POOL = Symbol('POOL');
/** For what has no tenant and may take long: scheduled tasks, the search for runs without a worker. */
export const TASK_POOL = Symbol('TASK_POOL');
/** For one tenant at a time. TenantDatabase alone uses it, and gives each organization its share. */
export const TENANT_POOL = Symbol('TENANT_POOL');
/** For many tenants at a time: reports and the polls of the live stream. TenantDatabase alone uses it. */
export const HOT_POOL = Symbol('HOT_POOL');
/** Whether the database responds must not depend on how busy the service is. */
export const HEALTH_POOL = Symbol('HEALTH_POOL');

/** Look-ups take a millisecond and are cached; two tasks at a time may hold a connection each for seconds. */
const LOOK_UP = { max: 3, runMs: 5_000 };
const TASK = { max: 2, runMs: 30_000 };
/** Two calls with reports for all, two for single organizations after a failure, one poll. A report is answered within 9 s. */
const HOT = { max: 5, runMs: 5_000 };
/** Readiness is answered within 2 s. */
const HEALTH = { max: 1, runMs: 500, connectMs: 1_500 };
/** The default; TenantDatabase gives each kind of statement its own. */
const TENANT_RUN_MS = 30_000;

type Connected = Environment & { databaseUrl: string };

function pool(provide: symbol, create: (url: string, env: Connected) => pg.Pool) {
  return { provide, inject: [ENVIRONMENT], useFactory: (env: Connected) => create(env.databaseUrl, env) };
}

/** How long the end of the pools may take: a connection that is silent is not waited for. */
const END_WITHIN_MS = 3_000;

@Global()
@Module({
  providers: [
    pool(POOL, (url) => createSettledPool(url, LOOK_UP)),
    pool(TASK_POOL, (url) => createSettledPool(url, TASK)),
    pool(TENANT_POOL, (url, env) => createPool(url, { max: env.SYNC_DB_POOL_SIZE, runMs: TENANT_RUN_MS })),
    pool(HOT_POOL, (url) => createPool(url, HOT)),
    pool(HEALTH_POOL, (url) => createSettledPool(url, HEALTH)),
  ],
  exports: [POOL, TASK_POOL, TENANT_POOL, HOT_POOL, HEALTH_POOL],
})
export class DatabaseModule implements OnApplicationShutdown {
  private readonly pools: readonly pg.Pool[];

  constructor(
    @Inject(POOL) general: pg.Pool,
    @Inject(TASK_POOL) tasks: pg.Pool,
    @Inject(TENANT_POOL) tenants: pg.Pool,
    @Inject(HOT_POOL) hot: pg.Pool,
    @Inject(HEALTH_POOL) health: pg.Pool,
  ) {
    this.pools = [general, tasks, tenants, hot, health];
  }

  /** Runs after the HTTP server has sent its last response. */
  async onApplicationShutdown(): Promise<void> {
    await within(END_WITHIN_MS, Promise.all(this.pools.map((one) => one.end())));
  }
}
