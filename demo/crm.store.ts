import pRetry from 'p-retry';
import pg from 'pg';
import type { ShopCustomer } from './shop.client.ts';

const SCHEMA = `
  CREATE SCHEMA IF NOT EXISTS demo_crm;
  CREATE TABLE IF NOT EXISTS demo_crm.customers (
    org_id text NOT NULL,
    shop_id integer NOT NULL,
    email text NOT NULL CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    first_name text NOT NULL,
    last_name text NOT NULL,
    sync_id text NOT NULL,
    PRIMARY KEY (org_id, shop_id)
  )`;

/** The internal service's own table. It stores good customers and refuses bad ones with the database's error. */
export class CrmStore {
  private readonly pool: pg.Pool;

  private constructor(ownerUrl: string) {
    this.pool = new pg.Pool({ connectionString: ownerUrl, max: 2 });
    // An idle connection that dies is replaced at the next query.
    this.pool.on('error', () => {});
  }

  static async open(ownerUrl: string): Promise<CrmStore> {
    const store = new CrmStore(ownerUrl);
    await store.pool.query(SCHEMA);
    return store;
  }

  /** Creates or updates one customer. Throws the database's error when it refuses the data; a lost connection is retried. */
  async save(orgId: string, syncId: string, customer: ShopCustomer, signal: AbortSignal): Promise<void> {
    // The shop sends '' for a missing value.
    const values = [orgId, customer.id, customer.email || null, customer.first_name, customer.last_name, syncId];
    const upsert = () =>
      this.pool.query(
        `INSERT INTO demo_crm.customers (org_id, shop_id, email, first_name, last_name, sync_id)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (org_id, shop_id) DO UPDATE
            SET email = EXCLUDED.email, first_name = EXCLUDED.first_name, last_name = EXCLUDED.last_name,
                sync_id = EXCLUDED.sync_id`,
        values,
      );
    await pRetry(upsert, { retries: 20, minTimeout: 100, maxTimeout: 1_000, signal, shouldRetry: isNotTheData });
  }

  /** How many customers a sync wrote. */
  async countOf(orgId: string, syncId: string): Promise<number> {
    const { rows } = await this.pool.query(
      'SELECT count(*)::integer AS count FROM demo_crm.customers WHERE org_id = $1 AND sync_id = $2',
      [orgId, syncId],
    );
    return rows[0].count;
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

/** False for SQLSTATE classes 22 and 23: the values are wrong, or they break a constraint. */
const isNotTheData = ({ error }: { readonly error: Error }): boolean =>
  !(error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? ''));
