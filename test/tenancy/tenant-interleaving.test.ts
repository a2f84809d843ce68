import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILING, insertSync, SESSION, type Session, startTenants, type TenantHarness } from './tenant.support.ts';

const ORGANIZATIONS = ['org-a', 'org-b', 'org-c'] as const;
const HOWS = ['query', 'read', 'transaction', 'failing statement', 'failing transaction'] as const;

let harness: TenantHarness;

// Fewer connections than work, so that every one of them goes from tenant to tenant.
beforeAll(async () => {
  harness = await startTenants(2);
  for (const orgId of ORGANIZATIONS) {
    await harness.as(orgId, (tenants) => tenants.query(insertSync(orgId, `of ${orgId}`)));
  }
});
afterAll(() => harness.close());

/** Every organization that shows itself: no condition names one. */
const VISIBLE = { text: 'SELECT DISTINCT org_id FROM public.sync_progress' };
interface Seen {
  readonly org_id: string | null;
}

/** Works as the organization in one way and returns all organizations it came across. */
async function work(orgId: string, how: (typeof HOWS)[number], turns: number): Promise<(string | null)[]> {
  return harness.as(orgId, async (tenants) => {
    if (how === 'query' || how === 'read') return (await tenants[how]<Seen>(VISIBLE)).map((seen) => seen.org_id);
    if (how === 'failing statement')
      return tenants.query(FAILING).then(
        () => ['it did not fail'],
        () => [orgId],
      );
    const found: (string | null)[] = [];
    const transaction = tenants.transaction(async ({ query }) => {
      for (let turn = 0; turn < turns; turn += 1) {
        found.push(...(await query<Seen>(VISIBLE)).map((seen) => seen.org_id));
        found.push(...(await query<Session>(SESSION)).map((seen) => seen.org_id));
        // Others get a turn in between.
        await new Promise(setImmediate);
      }
      if (how === 'failing transaction') await query(FAILING);
    });
    await transaction.catch(() => undefined);
    return found;
  });
}

describe('tenants that work at the same time on two connections', () => {
  it('never see each other, in whatever order and however they fail', async () => {
    const job = fc.record({
      orgId: fc.constantFrom(...ORGANIZATIONS),
      how: fc.constantFrom(...HOWS),
      turns: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 2, maxLength: 24 }), async (jobs) => {
        // Who waits too long for one of two connections is refused, and sees nothing.
        const refused = (error: unknown) => {
          expect(error).toMatchObject({ problem: 'overloaded' });
          return [];
        };
        const found = await Promise.all(jobs.map(({ orgId, how, turns }) => work(orgId, how, turns).catch(refused)));
        expect(found.some((seen) => seen.length > 0)).toBe(true);
        jobs.forEach(({ orgId }, index) => {
          expect(found[index]?.filter((seen) => seen !== orgId)).toEqual([]);
        });
        expect(harness.pool.totalCount).toBeLessThanOrEqual(2);
      }),
      { numRuns: 60 },
    );
  });
});
