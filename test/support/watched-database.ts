import type pg from 'pg';
import type { Statement } from '../../src/database/database.ts';
import { ConnectionShares } from '../../src/tenancy/connection.shares.ts';
import { TenantDatabase } from '../../src/tenancy/tenant.database.ts';

/** Notes how many reports each call for many tenants carries, and holds the calls back while its gate is shut. */
export class WatchedDatabase extends TenantDatabase {
  readonly sizes: number[] = [];
  private gate = Promise.withResolvers<void>();

  constructor(pool: pg.Pool) {
    super(pool, pool, new ConnectionShares({ connections: 4, waiting: 100 }), 100);
    this.gate.resolve();
  }

  shut(): void {
    this.gate = Promise.withResolvers();
  }

  open(): void {
    this.gate.resolve();
  }

  override async callForManyTenants<Row extends object>(statement: Statement): Promise<Row[]> {
    this.sizes.push((JSON.parse(String(statement.values?.[0])) as unknown[]).length);
    await this.gate.promise;
    return super.callForManyTenants<Row>(statement);
  }
}
