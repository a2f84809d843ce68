import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAILING, insertSync, SESSION, type Session, startTenants, type TenantHarness } from './tenant.support.ts';

let harness: TenantHarness;

// One connection, so that the next caller gets the one that was used before.
beforeEach(async () => {
  harness = await startTenants(1);
});
afterEach(() => harness.close());

const outside = async () => (await harness.pool.query<Session>(SESSION.text)).rows[0];

describe('outside a tenant', () => {
  it.each(['query', 'read', 'transaction'] as const)('%s throws and uses no connection', async (method) => {
    const call =
      method === 'transaction' ? harness.tenants.transaction(async () => 1) : harness.tenants[method](SESSION);
    await expect(call).rejects.toMatchObject({ problem: 'organization-required' });
    expect(harness.pool.totalCount).toBe(0);
  });
});

describe('one statement', () => {
  it('runs with the organization set, and commits', async () => {
    const [session] = await harness.as('org-a', (tenants) => tenants.query<Session>(SESSION));
    expect(session?.org_id).toBe('org-a');
    await harness.as('org-a', (tenants) => tenants.query(insertSync('org-a', 's')));
    expect(await harness.committed()).toEqual(['s']);
  });

  it('that fails throws its own error and leaves nothing', async () => {
    const twice = insertSync('org-a', 's');
    const failing = { text: `WITH i AS (${twice.text}) SELECT 1 / (count(*) - 1) FROM i`, values: twice.values };
    await expect(harness.as('org-a', (tenants) => tenants.query(failing))).rejects.toMatchObject({ code: '22012' });
    expect(await harness.committed()).toEqual([]);
  });

  it('that the policies refuse throws and leaves nothing', async () => {
    const call = harness.as('org-a', (tenants) => tenants.query(insertSync('org-b', 's')));
    await expect(call).rejects.toThrow(/row-level security policy/);
    expect(await harness.committed()).toEqual([]);
  });
});

describe('the next user of the connection', () => {
  it.each<[string, (tenants: TenantHarness['tenants']) => Promise<unknown>]>([
    ['a statement', (tenants) => tenants.query(SESSION)],
    ['a failed statement', (tenants) => tenants.query(FAILING)],
    ['a transaction', (tenants) => tenants.transaction((transaction) => transaction.query(SESSION))],
    ['a transaction that failed', (tenants) => tenants.transaction((transaction) => transaction.query(FAILING))],
    [
      'a transaction whose caller threw',
      (tenants) =>
        tenants.transaction(async () => {
          throw new Error('no');
        }),
    ],
  ])('finds no organization and no open transaction after %s', async (_what, work) => {
    const before = (await outside())?.backend;
    await harness.as('org-a', work).catch(() => undefined);
    expect(await outside()).toMatchObject({ org_id: null, backend: before });
    const client = await harness.pool.connect();
    expect(client.getTransactionStatus()).toBe('I');
    client.release();
  });
});

describe('a transaction', () => {
  it('is joined by what runs inside, by transactions too, and commits as one', async () => {
    const sessions = await harness.as('org-a', (tenants) =>
      tenants.transaction(async (transaction) => [
        ...(await transaction.query<Session>(SESSION)),
        ...(await tenants.query<Session>(SESSION)),
        ...(await tenants.read<Session>(SESSION)),
        ...(await tenants.transaction((inner) => inner.query<Session>(SESSION))),
      ]),
    );
    expect(new Set(sessions.map((session) => session.transaction)).size).toBe(1);
    expect(sessions).toHaveLength(4);
  });

  it('also rolls back an inner transaction when it fails later', async () => {
    const call = harness.as('org-a', (tenants) =>
      tenants.transaction(async () => {
        await tenants.transaction((inner) => inner.query(insertSync('org-a', 'inner')));
        throw new Error('later');
      }),
    );
    await expect(call).rejects.toThrow('later');
    expect(await harness.committed()).toEqual([]);
  });

  it('does not commit half when a failure inside it is caught: COMMIT returns ROLLBACK, and that is thrown', async () => {
    const call = harness.as('org-a', (tenants) =>
      tenants.transaction(async (transaction) => {
        await transaction.query(insertSync('org-a', 'before'));
        await transaction.query(FAILING).catch(() => undefined);
        return 'looks fine';
      }),
    );
    await expect(call).rejects.toThrow('rolled back');
    expect(await harness.committed()).toEqual([]);
  });

  it('is over once it has ended: the next statement is a transaction of its own', async () => {
    const [first, second] = await harness.as('org-a', async (tenants) => [
      await tenants.transaction((transaction) => transaction.query<Session>(SESSION)),
      await tenants.query<Session>(SESSION),
    ]);
    expect(first?.[0]?.transaction).not.toBe(second?.[0]?.transaction);
  });
});
