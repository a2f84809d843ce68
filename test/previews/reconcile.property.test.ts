import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { reconcile } from './reconcile.support.ts';

/** More by the environment: `RECONCILE_STATES=200 npx vitest run …`. */
const { RECONCILE_STATES = '8' } = process.env;

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_ORG_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

const PLANTS = ['none', 'here', 'there', 'both alike', 'gone here', 'gone there', 'gone from both'] as const;
const states = fc.record({
  items: fc.array(fc.constantFrom(...PLANTS), { minLength: 1, maxLength: 12 }),
  newHere: fc.nat(3),
  nobodys: fc.nat(3),
});

const person = (n: number, phone: string | null = null) => ({ email: `p${n}@x.example`, name: `P${n}`, phone });

let orgs = 0;
it('finds the differences that were planted and no others, in random states', async () => {
  await fc.assert(
    fc.asyncProperty(states, async ({ items, newHere, nobodys }) => {
      orgs += 1;
      const orgId = `org-random-${orgs}`;
      const [shop, erp] = [await fixture.connect(orgId, 'shop'), await fixture.connect(orgId, 'erp')];
      const ends = { source_connection_id: shop.id, destination: { connection_id: erp.id }, entity_type: 'customer' };
      const ids = items.map((_, n) => shop.system.put(person(n)));
      await fixture.run(orgId, ends);
      const entryOf = (n: number) =>
        [...erp.system.items].find(([, { email }]) => email === person(n).email)?.[0] ?? '';

      const expected: Record<string, string> = {};
      for (const [n, plant] of items.entries()) {
        const [id, entry] = [ids[n] ?? '', entryOf(n)];
        const mark = erp.system.items.get(entry);
        if (plant === 'here' || plant === 'both alike') shop.system.put(person(n, '1'), id);
        if (plant === 'there' || plant === 'both alike') erp.system.put({ ...mark, ...person(n, '1') }, entry);
        if (plant === 'gone here' || plant === 'gone from both') shop.system.remove(id);
        if (plant === 'gone there' || plant === 'gone from both') erp.system.remove(entry);
        if (plant === 'here' || plant === 'there') expected[`${id}→${entry}`] = 'different phone';
        if (plant === 'gone here') expected[`${id}→${entry}`] = 'missing_at_source';
        if (plant === 'gone there') expected[`${id}→null`] = 'missing_at_destination';
      }
      for (let n = 0; n < newHere; n += 1)
        expected[`${shop.system.put(person(100 + n))}→null`] = 'missing_at_destination';
      for (let n = 0; n < nobodys; n += 1) erp.system.put(person(200 + n));

      const [before, written] = [[...erp.system.items], erp.system.written.length];
      const { result, differences } = await reconcile(fixture, orgId, ends);
      expect(differences).toEqual(expected);
      expect(result.equal).toBe(items.filter((plant) => plant === 'none' || plant === 'both alike').length);
      expect([[...erp.system.items], erp.system.written.length]).toEqual([before, written]);
    }),
    { numRuns: Number(RECONCILE_STATES) },
  );
}, 600_000);
