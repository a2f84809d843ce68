import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { POOL } from '../database/database.module.ts';
import type { Statement } from '../database/database.ts';
import { isConnectionLoss } from '../database/sqlstate.ts';
import type { TenantTransaction } from './tenant.context.ts';
import { currentTenant, runAsTenant } from './tenant.context.ts';

/** The one way to the tenant tables, and the only code that sets the organization. Outside a tenant it throws. */
@Injectable()
export class TenantDatabase {
  constructor(@Inject(POOL) private readonly pool: pg.Pool) {}

  /** One statement in a transaction of its own, or in the one that is open: BEGIN to COMMIT in one network round trip. */
  async query<Row extends object>(statement: Statement): Promise<Row[]> {
    const { orgId, transaction } = currentTenant();
    if (transaction) return transaction.query<Row>(statement);
    return this.withClient(async (client) => {
      const [, , result] = await inOneRoundTrip<Row>(client, [BEGIN, setOrganization(orgId), statement, COMMIT]);
      return (result as pg.QueryResult<Row>).rows;
    });
  }

  /** As `query`, for a statement that changes nothing: tried once more when the connection is lost under it. */
  async read<Row extends object>(statement: Statement): Promise<Row[]> {
    try {
      return await this.query<Row>(statement);
    } catch (error) {
      if (currentTenant().transaction || !isConnectionLoss(error)) throw error;
      return this.query<Row>(statement);
    }
  }

  /**
   * Several statements that depend on each other's results, all or none. Work inside joins an open transaction. Never call
   * out to another system or stream in it: the connection is held until it ends.
   */
  async transaction<T>(work: (transaction: TenantTransaction) => Promise<T>): Promise<T> {
    const context = currentTenant();
    if (context.transaction) return work(context.transaction);
    return this.withClient(async (client) => {
      const transaction: TenantTransaction = {
        query: async <Row extends object>({ text, values }: Statement) =>
          (await client.query<Row>(text, values as unknown[])).rows,
      };
      await inOneRoundTrip(client, [BEGIN, setOrganization(context.orgId)]);
      try {
        const result = await runAsTenant({ ...context, transaction }, () => work(transaction));
        await inOneRoundTrip(client, [COMMIT]);
        return result;
      } catch (error) {
        // A client that cannot roll back is destroyed by withClient, which sees that it is not idle.
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  /**
   * Calls an SQL function that sets the organization itself, element by element, so that requests of many tenants share one
   * round trip and one commit. The elements' organizations must come from `currentTenant()` of each request.
   */
  async callForManyTenants<Row extends object>(statement: Statement): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>(statement.text, statement.values as unknown[]);
    return rows;
  }

  private async withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      return await work(client);
    } finally {
      // Released only when idle: the next user must not find an open transaction with our organization in it.
      client.release(client.getTransactionStatus() !== 'I');
    }
  }
}

const BEGIN: Statement = { text: 'BEGIN' };
const COMMIT: Statement = { text: 'COMMIT' };
const setOrganization = (orgId: string): Statement => ({ text: 'SELECT app.set_org($1)', values: [orgId] });

/** Sends all statements before the first result arrives. Throws the first failure. COMMIT of a failed transaction raises no error but returns ROLLBACK. */
async function inOneRoundTrip<Row extends object>(
  client: pg.PoolClient,
  statements: readonly Statement[],
): Promise<pg.QueryResult<Row>[]> {
  const settled = await Promise.allSettled(
    statements.map(({ text, values }) => client.query<Row>(text, values as unknown[])),
  );
  const failed = settled.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  const results = settled.map((outcome) => (outcome as PromiseFulfilledResult<pg.QueryResult<Row>>).value);
  if (statements.at(-1) === COMMIT && results.at(-1)?.command !== 'COMMIT')
    throw new Error('the transaction was rolled back by the database at COMMIT');
  return results;
}
