import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { createPool } from './database.ts';

/** The pool of the service's role. Tenant tables are reached through TenantDatabase alone; this is for what has no tenant. */
export const POOL = Symbol('POOL');

@Global()
@Module({
  providers: [
    {
      provide: POOL,
      inject: [ENVIRONMENT],
      useFactory: (env: Environment & { databaseUrl: string }) => createPool(env.databaseUrl, env.SYNC_DB_POOL_SIZE),
    },
  ],
  exports: [POOL],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(POOL) private readonly pool: pg.Pool) {
    // Without a listener the loss of an idle connection (Neon suspends, an admin terminates) would end the process.
    pool.on('error', () => undefined);
  }

  /** Runs after the HTTP server has sent its last response. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
