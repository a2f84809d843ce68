import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { type TwoSystems, withSystems } from '../runs/two-systems.support.ts';
import { Previews, type Told } from './previews.support.ts';
import { disperse, gather, type State, states, take } from './random.states.ts';

/** More by the environment: `PREVIEW_STATES=500 npx vitest run …`, from a seed of one's own by `PREVIEW_SEED`. */
const { PREVIEW_STATES = '7', PREVIEW_SEED } = process.env;

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_ORG_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

let orgs = 0;

/** The state, made of nothing, in systems of its own. */
async function inState<T>(
  state: State,
  work: (systems: TwoSystems, previews: Previews) => Promise<T>,
): Promise<T | undefined> {
  orgs += 1;
  const orgId = `org-state-${orgs}`;
  const settings = { delete_guard_percent: state.guardPercent };
  let made: T | undefined;
  await withSystems(
    fixture,
    orgId,
    {
      ...{ shop: { customers: 0, products: 0, orders: 0 }, odoo: { version: state.version, partners: 0 } },
      ...{ shopSettings: settings, odooSettings: settings },
    },
    async (systems) => {
      const previews = new Previews(fixture, orgId);
      const crowd = gather(state, systems);
      const [before, since] = [crowd.splice(0, state.crowd.goneBefore), crowd.splice(0, state.crowd.goneSince)];
      if (before.length > 0) {
        const ends = systems[state.direction](state.what);
        await previews.run(ends);
        disperse(before, state, systems);
        await previews.run(ends);
      }
      for (const step of state.steps) {
        if (step.do === 'sync') await previews.run(systems[step.direction](step.what));
        else take(step, systems);
      }
      disperse(since, state, systems);
      made = await work(systems, previews);
    },
  );
  return made;
}

const PLAIN = { version: 19, mode: 'full', crowd: { count: 0, goneBefore: 0, goneSince: 0 } } as const;

/** The deletes of two runs are above the guard together, and those of neither alone; something else is to be written in between. */
const FEW_AND_FEW_AGAIN: State = {
  ...{ version: 18, mode: 'full', crowd: { count: 30, goneBefore: 3, goneSince: 3 } },
  steps: [{ at: 'shop', do: 'add', what: 'customer', key: 0, odd: false }],
  ...{ direction: 'there', what: 'customer', guardPercent: 15 },
};

/** The product of Odoo matches by the SKU of a variation, which the shop does not give to the product as well. */
const SKU_OF_ITS_VARIATION: State = {
  ...PLAIN,
  steps: [
    { at: 'shop', do: 'add', what: 'product', key: 0, odd: true },
    { at: 'odoo', do: 'add', what: 'product', key: 0, odd: false },
  ],
  ...{ direction: 'back', what: 'product', guardPercent: 15 },
};

/** Odoo gives the first customer of the shop the email of another, or its own in other capitals. */
const renamedTo = (key: number): State => ({
  ...PLAIN,
  steps: [
    { at: 'shop', do: 'add', what: 'customer', key: 1, odd: false },
    { do: 'sync', direction: 'there', what: 'customer' },
    { at: 'odoo', do: 'rename', what: 'customer', which: 0, key },
    { at: 'shop', do: 'add', what: 'customer', key: 2, odd: false },
  ],
  ...{ direction: 'back', what: 'customer', guardPercent: 15 },
});

/** What a shop leaves of an order that it refuses is told with the refusal. */
const ORDER_INTO_SHOP: State = {
  ...PLAIN,
  steps: [
    { at: 'shop', do: 'add', what: 'customer', key: 0, odd: false },
    { do: 'sync', direction: 'there', what: 'customer' },
    { at: 'odoo', do: 'add', what: 'order', key: 0, odd: false },
  ],
  ...{ direction: 'back', what: 'order', guardPercent: 15 },
};

/** The account of the order's customer is no longer in the shop. */
const ACCOUNT_THAT_LEFT: State = {
  ...ORDER_INTO_SHOP,
  steps: [...ORDER_INTO_SHOP.steps, { at: 'shop', do: 'remove', what: 'customer', which: 0, key: 0 }],
};

const written = ({ counts }: Told) =>
  Object.fromEntries(Object.entries(counts).filter(([name]) => name !== 'unchanged'));

/** What the destination makes of a write is only known when it is written. */
const foreseeable = (codes: Told['codes']): Told['codes'] =>
  Object.fromEntries(Object.entries(codes).filter(([, code]) => code !== 'stored_otherwise'));

const OVERRIDDEN = { override_guard: { reason: 'It is meant.' } };

async function expectAlike(state: State): Promise<void> {
  const { mode } = state;
  const ranWith = (more: object) =>
    inState(state, (systems, previews) => previews.run({ ...systems[state.direction](state.what), ...more }, mode));
  const [shown, alone] = await Promise.all([
    inState(state, async (systems, previews) => {
      const ends = systems[state.direction](state.what);
      const preview = await previews.preview(ends, mode);
      const applied = await previews.apply(ends, preview.key);
      if (!applied.refused) return { preview, applied };
      return { preview, ...applied, applied: await previews.apply({ ...ends, ...OVERRIDDEN }, preview.key) };
    }),
    ranWith({}),
  ]);
  if (!shown || !alone) throw new Error('nothing was run');
  const { preview, applied, refused } = shown as typeof shown & { readonly refused?: { readonly type: string } };
  const guard: string | null = preview.summary.guard;
  if (guard !== null) {
    expect([alone.status, alone.error?.slice(0, guard.length)]).toEqual(['failed', guard]);
    expect(refused?.type).toBe('urn:sync-operations:problem:delete-guard');
  }
  // What the guard stops is done with a reason, and is what was shown.
  const ran = guard === null ? alone : await ranWith(OVERRIDDEN);
  if (!ran) throw new Error('nothing was run');
  expect(applied.status).toBe(ran.status);
  expect({ counts: preview.counts, codes: preview.codes }).toEqual({
    counts: ran.counts,
    codes: foreseeable(ran.codes),
  });
  expect(preview.changes).toEqual(ran.changes);
  expect([written(applied), applied.codes]).toEqual([written(ran), ran.codes]);
}

describe('A preview', () => {
  it('is what the run does, item by item and code by code, in every state of both ends', async () => {
    const seed = PREVIEW_SEED === undefined ? {} : { seed: Number(PREVIEW_SEED) };
    await fc.assert(fc.asyncProperty(states, expectAlike), {
      ...{ numRuns: Number(PREVIEW_STATES), ...seed },
      examples: [
        [SKU_OF_ITS_VARIATION],
        [renamedTo(0)],
        [renamedTo(2)],
        [FEW_AND_FEW_AGAIN],
        [ORDER_INTO_SHOP],
        [ACCOUNT_THAT_LEFT],
      ],
    });
  }, 3_000_000);
});
