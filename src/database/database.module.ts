import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { createPool } from './database.ts';

/** The pool of the service's role for what has no tenant: keys, scheduled tasks, the directory of organizations. */
export const POOL = Symbol('POOL');
/** For one tenant at a time. TenantDatabase alone uses it, and gives each organization its share. */
export const TENANT_POOL = Symbol('TENANT_POOL');
/** For many tenants at a time: reports and the polls of the live stream. TenantDatabase alone uses it. */
export const HOT_POOL = Symbol('HOT_POOL');
/** Whether the database responds must not depend on how busy the service is. */
export const HEALTH_POOL = Symbol('HEALTH_POOL');

/** Key look-ups take a millisecond and are cached; two tasks at a time may hold one each for seconds. */
const CONNECTIONS = 4;
/** Two calls with reports for all, two for single organizations after a failure, one poll. */
const HOT_CONNECTIONS = 5;

type Connected = Environment & { databaseUrl: string };

function pool(provide: symbol, size: (env: Environment) => number) {
  return {
    provide,
    inject: [ENVIRONMENT],
    useFactory: (env: Connected) => createPool(env.databaseUrl, size(env)),
  };
}

@Global()
@Module({
  providers: [
    pool(POOL, () => CONNECTIONS),
    pool(TENANT_POOL, (env) => env.SYNC_DB_POOL_SIZE),
    pool(HOT_POOL, () => HOT_CONNECTIONS),
    pool(HEALTH_POOL, () => 1),
  ],
  exports: [POOL, TENANT_POOL, HOT_POOL, HEALTH_POOL],
})
export class DatabaseModule implements OnApplicationShutdown {
  private readonly pools: readonly pg.Pool[];

  constructor(
    @Inject(POOL) general: pg.Pool,
    @Inject(TENANT_POOL) tenants: pg.Pool,
    @Inject(HOT_POOL) hot: pg.Pool,
    @Inject(HEALTH_POOL) health: pg.Pool,
  ) {
    this.pools = [general, tenants, hot, health];
    // Without a listener the loss of an idle connection (Neon suspends, an admin terminates) would end the process.
    for (const one of this.pools) one.on('error', () => undefined);
  }

  /** Runs after the HTTP server has sent its last response. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.pools.map((one) => one.end()));
  }
}
