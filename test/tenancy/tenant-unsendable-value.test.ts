import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertSync, startTenants, type TenantHarness } from './tenant.support.ts';

let harness: TenantHarness;

// One connection: the next statement gets the one on which a value could not be sent.
beforeEach(async () => {
  harness = await startTenants(1);
});
afterEach(() => harness.close());

describe('a value that cannot be sent', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;

  describe.each([
    ['a BigInt in an object', { big: 1n }],
    ['a circular object', circular],
  ])('%s', (_what, value) => {
    it('leaves nothing, and a connection that works', async () => {
      const call = harness.as('org-a', (tenants) => tenants.query(insertSync('org-a', 'bad', value)));
      await expect(call).rejects.toThrow(TypeError);
      await harness.as('org-a', (tenants) => tenants.query(insertSync('org-a', 'good')));
      expect(await harness.committed()).toEqual(['good']);
    });

    it('aborts the whole transaction', async () => {
      const call = harness.as('org-a', (tenants) =>
        tenants.transaction(async (transaction) => {
          await transaction.query(insertSync('org-a', 'before'));
          await transaction.query(insertSync('org-a', 'bad', value));
        }),
      );
      await expect(call).rejects.toThrow(TypeError);
      await harness.as('org-a', (tenants) => tenants.query(insertSync('org-a', 'good')));
      expect(await harness.committed()).toEqual(['good']);
    });

    // Unlike a failure in the database, which aborts the transaction even when it is caught.
    it('never reaches the database: when it is caught, the rest commits', async () => {
      await harness.as('org-a', (tenants) =>
        tenants.transaction(async (transaction) => {
          await transaction.query(insertSync('org-a', 'before'));
          await transaction.query(insertSync('org-a', 'bad', value)).catch(() => undefined);
          await transaction.query(insertSync('org-a', 'instead'));
        }),
      );
      expect(await harness.committed()).toEqual(['before', 'instead']);
    });
  });
});
