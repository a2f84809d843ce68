import { expect, it } from 'vitest';
import type { Environment } from '../config/environment.ts';
import { runAsTenant, type TenantContext, type TenantTransaction } from '../tenancy/tenant.context.ts';
import type { TenantDatabase } from '../tenancy/tenant.database.ts';
import { Quotas } from './quotas.ts';

function quotasOf(counts: Promise<number>[]) {
  const statements: string[] = [];
  const database = {
    read: async ({ text }: { text: string }) => {
      statements.push(text);
      return [{ active_syncs: await counts[statements.length - 1] }];
    },
  } as unknown as TenantDatabase;
  return { quotas: new Quotas(database, { SYNC_ORG_ACTIVE_SYNCS: 10 } as Environment), statements };
}

const principal = {} as TenantContext['principal'];
const asOrg = <T>(orgId: string, work: () => Promise<T>): Promise<T> => runAsTenant({ orgId, principal }, work);

it('many that start at the same moment wait for one count, of what they ask for alone; another organization has its own', async () => {
  const first = Promise.withResolvers<number>();
  const { quotas, statements } = quotasOf([first.promise, Promise.resolve(0)]);
  const starts = Array.from({ length: 12 }, () => asOrg('org-a', () => quotas.take('active_syncs')));
  await asOrg('org-b', () => quotas.take('active_syncs'));
  expect(statements).toHaveLength(2);
  expect(statements[0]).not.toMatch(/sync_records|sync_runs|sync_preview_cache/);
  first.resolve(0);
  const ends = await Promise.allSettled(starts);
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(2);
});

it('who holds a connection counts for itself, and does not end the count that others wait for', async () => {
  const first = Promise.withResolvers<number>();
  const { quotas, statements } = quotasOf([first.promise, Promise.resolve(4)]);
  const waiting = asOrg('org-a', () => quotas.room('active_syncs'));
  const transaction = {} as TenantTransaction;
  expect(await runAsTenant({ orgId: 'org-a', principal, transaction }, () => quotas.room('active_syncs'))).toBe(6);
  first.resolve(3);
  expect(await waiting).toBe(7);
  expect(statements).toHaveLength(2);
});
