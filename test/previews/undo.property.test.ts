import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diffFields } from '../../src/planning/field.diff.ts';
import { type Json, RunsFixture } from '../runs/runs.support.ts';
import { type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { deed, type State, type Step, states, take } from './random.states.ts';
import { undo } from './undo.support.ts';

/** More by the environment: `UNDO_STATES=100 npx vitest run …`, from a seed of one's own by `UNDO_SEED`. */
const { UNDO_STATES = '4', UNDO_SEED } = process.env;

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_ORG_CONCURRENCY: '4', SYNC_RECONCILE_SAMPLE: '0' });
});
afterAll(() => fixture.close());

/** What one end holds, by id, as somebody reads it who has never read it before. */
type Held = ReadonlyMap<string, object>;

let orgs = 0;
async function readAfresh({ shop, odoo }: TwoSystems, end: 'shop' | 'odoo', entity_type: string): Promise<Held> {
  orgs += 1;
  const orgId = `org-reader-${orgs}`;
  const connect = () =>
    end === 'shop'
      ? fixture.connectShop(orgId, shop, { home_url: shop.url })
      : fixture.connectOdoo(orgId, odoo, { delete_guard_percent: 100 });
  const source_connection_id = await connect();
  await fixture.run(orgId, { source_connection_id, entity_type, mode: 'full' }, 60_000);
  const { body } = await fixture.call(orgId, 'GET', '/records?deleted=false&limit=200');
  return new Map(body.items.map(({ external_id, data }: Json) => [external_id, data]));
}

const differing = (one: object | undefined, other: object | undefined) =>
  one && other ? diffFields(one, other) : one === other ? [] : [{ field: '(all)', old: one, new: other }];

/** A destination that deletes nothing archives, and cancels an order. */
const isPutAway = (data: object) =>
  ('active' in data && data.active === false) || ('status' in data && data.status === 'cancelled');

/** What is wrong with the end that an undo has left; empty when each item is back or told. */
function wrongs(
  { before, ran, later, after }: Record<'before' | 'ran' | 'later' | 'after', Held>,
  told: ReadonlySet<string>,
): object[] {
  // What was deleted for good comes back under another id.
  const made = [...after].filter(([id]) => !later.has(id));
  return [...new Set([before, ran, later, after].flatMap((held) => [...held.keys()]))].flatMap((id) => {
    const [was, became, since, is] = [before.get(id), ran.get(id), later.get(id), after.get(id)];
    const byRun = differing(was, became);
    const wrong = (what: string, fields: object[]) => (fields.length > 0 ? [{ id, what, fields }] : []);
    const isMade = made.some(([other]) => other === id);
    if (isMade && !was) {
      const isAgain = [...before.values()].some((data) => differing(data, is).length === 0);
      return isAgain ? [] : wrong('was made and never was', [{ is }]);
    }
    if (byRun.length === 0 || told.has(id)) return wrong('was not to be touched', differing(since, is));
    if (!was) return wrong('was to be gone', is && !isPutAway(is) ? [{ is }] : []);
    if (!is) {
      const isAgain = made.some(([, data]) => differing(data, was).length === 0);
      return isAgain ? [] : wrong('was to come back', [{ was, since }]);
    }
    const names = new Set(byRun.map(({ field }) => field));
    const isOf = ({ field }: { field: string }) => names.has('(all)') || names.has(field);
    return [
      ...wrong('is not back', differing(was, is).filter(isOf)),
      ...wrong(
        'changed besides',
        differing(since, is).filter((change) => !isOf(change)),
      ),
    ];
  });
}

async function expectTakenBack({ steps, direction, what, version }: State, deeds: readonly Step[]): Promise<void> {
  orgs += 1;
  const orgId = `org-undo-${orgs}`;
  const settings = { delete_guard_percent: 100 };
  const options = { shop: {}, odoo: { version }, shopSettings: settings, odooSettings: settings };
  await withSystems(fixture, orgId, options, async (systems) => {
    const run = (ends: object) => fixture.run(orgId, { ...ends, mode: 'full' }, 60_000);
    for (const step of steps) {
      if (step.do === 'sync') await run(systems[step.direction](step.what));
      else take(step, systems);
    }
    const [here, there] = direction === 'there' ? (['shop', 'odoo'] as const) : (['odoo', 'shop'] as const);
    const before = await readAfresh(systems, there, what);
    const { sync_id, counts } = await run(systems[direction](what));
    if (!['created', 'updated', 'deleted'].some((name) => counts[name] > 0)) return;
    const ran = await readAfresh(systems, there, what);
    for (const step of deeds) take(step, systems);
    const later = await readAfresh(systems, there, what);
    const source = await readAfresh(systems, here, what);

    const { changes, run: undone } = await undo(fixture, orgId, sync_id);
    const made = await fixture.call(orgId, 'GET', `/progress/${sync_id}/changes?limit=1000`);
    const entryOf = new Map<string, string>(made.body.items.map((one: Json) => [one.external_id, one.destination_id]));
    const { body } = await fixture.call(orgId, 'GET', `/progress/${undone.sync_id}/items?limit=200`);
    const conflicts = changes.filter(({ kind }) => kind === 'conflict');
    const told = new Set(
      [...conflicts, ...body.items].map(({ external_id }: Json) => entryOf.get(external_id) ?? external_id),
    );
    for (const { external_id, reason, fields } of conflicts) {
      const id = entryOf.get(external_id) ?? '';
      expect(reason).not.toBe('');
      if (/^Changed since the run: /.test(reason) && ran.has(id) && later.has(id))
        expect(differing(ran.get(id), later.get(id))).toEqual(expect.arrayContaining(fields));
    }
    const after = await readAfresh(systems, there, what);
    expect(wrongs({ before, ran, later, after }, told)).toEqual([]);
    expect(await readAfresh(systems, here, what)).toEqual(source);

    await undo(fixture, orgId, sync_id);
    expect(await readAfresh(systems, there, what)).toEqual(after);
  });
}

it('takes back each item as it was, field by field, or tells why not, and touches nothing else, in random states', async () => {
  const seed = UNDO_SEED === undefined ? {} : { seed: Number(UNDO_SEED) };
  await fc.assert(fc.asyncProperty(states, fc.array(deed, { maxLength: 5 }), expectTakenBack), {
    ...{ numRuns: Number(UNDO_STATES), ...seed },
  });
}, 3_000_000);
