import pg from 'pg';
import type { Statement } from '../../src/database/database.ts';
import { createPool } from '../../src/database/pool.ts';
import { ConnectionShares } from '../../src/tenancy/connection.shares.ts';
import { runAsTenant } from '../../src/tenancy/tenant.context.ts';
import { TenantDatabase } from '../../src/tenancy/tenant.database.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

/** A TenantDatabase on a pool and a database of its own. */
export interface TenantHarness {
  readonly pool: pg.Pool;
  readonly tenants: TenantDatabase;
  readonly database: TestDatabase;
  /** Runs the work as a user of the organization. */
  as<T>(orgId: string, work: (tenants: TenantDatabase) => Promise<T>): Promise<T>;
  /** Ids of the committed syncs of every organization. */
  committed(): Promise<string[]>;
  /** Ends a backend as an administrator would. */
  terminate(backend: number): Promise<void>;
  close(): Promise<void>;
}

export async function startTenants(max: number): Promise<TenantHarness> {
  const database = await createTestDatabase();
  const pool = createPool(database.appUrl, { max, runMs: 30_000, connectMs: 10_000 });
  const tenants = new TenantDatabase(pool, pool, new ConnectionShares({ connections: max, waiting: 100 }), 100);
  return {
    pool,
    tenants,
    database,
    as: (orgId, work) =>
      runAsTenant(
        {
          orgId,
          principal: { kind: 'token', name: 'u', userId: 'u', orgId, scopes: ['sync:write'], expiresAt: null },
        },
        () => work(tenants),
      ),
    committed: async () => {
      const rows = await sql<{ sync_id: string }>(
        database.superuserUrl,
        'SELECT sync_id FROM public.sync_progress ORDER BY 1',
      );
      return rows.map(({ sync_id }) => sync_id);
    },
    terminate: async (backend) => {
      await sql(database.superuserUrl, 'SELECT pg_terminate_backend($1)', [backend]);
    },
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
}

export const insertSync = (orgId: string, syncId: string, checkpoint: unknown = {}): Statement => ({
  text: `INSERT INTO public.sync_progress (org_id, sync_id, entity_type, source_system, checkpoint)
         VALUES ($1, $2, 'customer', 'woocommerce', $3) RETURNING sync_id`,
  values: [orgId, syncId, checkpoint],
});

/** What the connection is at this moment. */
export const SESSION: Statement = {
  text: `SELECT pg_backend_pid() AS backend, pg_current_xact_id()::text AS transaction,
                nullif(current_setting('app.current_org_id', true), '') AS org_id`,
};
export interface Session {
  readonly backend: number;
  readonly transaction: string;
  readonly org_id: string | null;
}

/** Raises in the database, and aborts the transaction there. */
export const FAILING: Statement = { text: 'SELECT 1 / 0' };
