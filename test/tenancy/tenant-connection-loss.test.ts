import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isConnectionLoss } from '../../src/database/sqlstate.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { insertSync, SESSION, type Session, startTenants, type TenantHarness } from './tenant.support.ts';

let harness: TenantHarness;

beforeEach(async () => {
  harness = await startTenants(1);
  // A sequence counts also what is rolled back.
  await sql(harness.database.superuserUrl, 'CREATE SEQUENCE attempts; GRANT ALL ON attempts TO sync_app');
});
afterEach(() => harness.close());

/** Loses its own connection in the first `times` attempts. */
const losing = (times: number) => ({
  text: `SELECT CASE WHEN nextval('public.attempts') <= $1 THEN pg_terminate_backend(pg_backend_pid()) END, pg_sleep(0)`,
  values: [times],
});
const attempts = async () =>
  Number((await sql(harness.database.superuserUrl, 'SELECT nextval($1) - 1 AS n', ['public.attempts']))[0]?.n);
const loss = (call: Promise<unknown>) => call.then(() => 'no loss', isConnectionLoss);

describe('a connection that is lost under a statement', () => {
  it('is no failure of a read: it is tried once more', async () => {
    await harness.as('org-a', (tenants) => tenants.read(losing(1)));
    expect(await attempts()).toBe(2);
  });

  it('fails a read the second time', async () => {
    expect(await loss(harness.as('org-a', (tenants) => tenants.read(losing(9))))).toBe(true);
    expect(await attempts()).toBe(2);
  });

  it('fails what may have changed something at once: nobody knows whether it did', async () => {
    expect(await loss(harness.as('org-a', (tenants) => tenants.query(losing(1))))).toBe(true);
    expect(await attempts()).toBe(1);
  });

  it('fails a read inside a transaction at once: what was before it is gone', async () => {
    const call = harness.as('org-a', (tenants) => tenants.transaction(() => tenants.read(losing(1))));
    expect(await loss(call)).toBe(true);
    expect(await attempts()).toBe(1);
  });
});

describe('a connection that dies in the middle of a transaction', () => {
  const gone = () =>
    waitFor('the backend is gone', async () => {
      const query = "SELECT FROM pg_stat_activity WHERE usename = 'sync_app' AND datname = current_database()";
      return (await sql(harness.database.superuserUrl, query)).length === 0;
    });

  it('loses what was done on it, and is replaced by another', async () => {
    let lost = 0;
    const call = harness.as('org-a', (tenants) =>
      tenants.transaction(async (transaction) => {
        await transaction.query(insertSync('org-a', 'lost'));
        lost = (await transaction.query<Session>(SESSION))[0]?.backend ?? 0;
        await harness.terminate(lost);
        // Nothing is under way when the news comes: it must not end the process either.
        await gone();
        await transaction.query(SESSION);
      }),
    );
    expect(await loss(call)).toBe(true);
    const [next] = await harness.as('org-a', (tenants) => tenants.query<Session>(SESSION));
    expect(next?.backend).not.toBe(lost);
    expect(harness.pool.totalCount).toBe(1);
    expect(await harness.committed()).toEqual([]);
  });

  it('fails the transaction also when the caller has nothing more to ask', async () => {
    const call = harness.as('org-a', (tenants) =>
      tenants.transaction(async (transaction) => {
        await transaction.query(insertSync('org-a', 'lost'));
        await harness.terminate((await transaction.query<Session>(SESSION))[0]?.backend ?? 0);
        await gone();
        return 'looks fine';
      }),
    );
    expect(await loss(call)).toBe(true);
    expect(await harness.committed()).toEqual([]);
  });
});
