import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NewRun, unpauseRun } from '../../src/runs/runs.sql.ts';
import { RUN_OUT, RunTables } from './run-tables.support.ts';

let tables: RunTables;
beforeAll(async () => {
  tables = await RunTables.start();
});
afterAll(() => tables.close());

const [SHOP, ERP, CRM] = ['1', '2', '3'].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [
  string,
  string,
  string,
];
let orgs = 0;
const newOrg = () => {
  orgs += 1;
  return `org-${orgs}`;
};
const end = (org: string, sync: string, status = 'cancelled') =>
  tables.query(org, 'UPDATE public.sync_progress SET status = $3 WHERE org_id = $1 AND sync_id = $2', [
    org,
    sync,
    status,
  ]);
const to = (source_connection_id: string, destination_connection_id: string | null = null, entity_type = 'customer') =>
  ({ source_connection_id, destination_connection_id, entity_type }) as Partial<NewRun>;

describe('A run gets its turn', () => {
  it('alone with both of its connections, for its entity type', async () => {
    const org = newOrg();
    const first = await tables.insert(org, to(SHOP, ERP));
    const atDestination = await tables.insert(org, to(ERP, CRM));
    const otherType = await tables.insert(org, to(SHOP, ERP, 'product'));
    const elsewhere = await tables.insert(newOrg(), to(SHOP, ERP));
    expect(await tables.dispatch(org)).toEqual([first, otherType]);
    expect(await tables.dispatch(org)).toEqual([]);
    await end(org, first);
    expect(await tables.dispatch(org)).toEqual([atDestination]);
    expect(await tables.dispatch(`org-${orgs}`)).toEqual([elsewhere]);
  });

  it('in the order of their coming: nobody overtakes who waits for the same connection', async () => {
    const org = newOrg();
    const first = await tables.insert(org, to(SHOP, ERP));
    const second = await tables.insert(org, to(ERP, CRM));
    const third = await tables.insert(org, to(CRM));
    expect(await tables.dispatch(org)).toEqual([first]);
    await end(org, first);
    expect(await tables.dispatch(org)).toEqual([second]);
    await end(org, second);
    expect(await tables.dispatch(org)).toEqual([third]);
  });

  it.each(['cancelled', 'failed', 'completed', 'timeout'])(
    'after the one before it was %s, by plain SQL too, whatever its worker knows of it',
    async (status) => {
      const org = newOrg();
      const { sync, epoch } = await tables.held(org, to(SHOP));
      const next = await tables.insert(org, to(SHOP));
      expect(await tables.dispatch(org)).toEqual([]);
      await end(org, sync, status);
      expect(await tables.dispatch(org)).toEqual([next]);
      expect(await tables.commit(org, { sync, epoch }, { items: [{ external_id: '1', outcome: 'processed' }] })).toBe(
        'ended',
      );
      expect((await tables.run(org, sync)).state).toBe('ended');
    },
  );

  it('not when it has ended while it waited', async () => {
    const org = newOrg();
    const waiting = await tables.insert(org, to(SHOP));
    await end(org, waiting);
    expect(await tables.dispatch(org)).toEqual([]);
    expect((await tables.run(org, waiting)).state).toBe('ended');
  });

  it('not when the one before it is paused: that one keeps its connection', async () => {
    const org = newOrg();
    const { sync, epoch } = await tables.held(org, to(SHOP));
    await tables.insert(org, to(SHOP));
    await tables.query(
      org,
      'UPDATE public.sync_progress SET pause_requested = true WHERE org_id = $1 AND sync_id = $2',
      [org, sync],
    );
    expect(await tables.commit(org, { sync, epoch }, {})).toBe('paused');
    expect(await tables.dispatch(org)).toEqual([]);
  });

  it('once, however many ask at the same time', async () => {
    const org = newOrg();
    const all = await Promise.all([SHOP, ERP, CRM].flatMap((c) => [to(c), to(c)]).map((r) => tables.insert(org, r)));
    const given = (await Promise.all(Array.from({ length: 6 }, () => tables.dispatch(org)))).flat();
    expect(given).toHaveLength(3);
    expect(new Set(given).size).toBe(3);
    const states = await Promise.all(all.map((sync) => tables.run(org, sync)));
    expect(states.filter(({ state }) => state === 'ready')).toHaveLength(3);
  });
});

describe('Any runs, dispatched and ended in any order,', () => {
  const CONNECTIONS = [SHOP, ERP, CRM, randomUUID()];
  const run = fc
    .record({ source: fc.nat(3), destination: fc.option(fc.nat(3)), entity: fc.constantFrom('customer', 'product') })
    .filter(({ source, destination }) => source !== destination);
  const event = fc.oneof(
    { weight: 3, arbitrary: run.map((made) => ({ do: 'start' as const, made })) },
    { weight: 2, arbitrary: fc.constant({ do: 'dispatch' as const }) },
    { weight: 2, arbitrary: fc.nat(20).map((pick) => ({ do: 'end' as const, pick })) },
  );

  it('never share a connection and entity type, never overtake, and never wait for nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 4, maxLength: 14 }), async (events) => {
        const org = newOrg();
        const waiting = new Map<string, string[]>();
        const active = new Map<string, string[]>();
        const dispatch = async () => {
          const expected: string[] = [];
          const wanted = new Set([...active.values()].flat());
          // The rule, oldest first: a run is dispatched when none of its slots is held, or wanted by an older run.
          for (const [sync, slots] of waiting) {
            if (!slots.some((slot) => wanted.has(slot))) expected.push(sync);
            for (const slot of slots) wanted.add(slot);
          }
          expect(await tables.dispatch(org)).toEqual(expected);
          for (const sync of expected) {
            active.set(sync, waiting.get(sync) ?? []);
            waiting.delete(sync);
          }
        };
        for (const next of events) {
          if (next.do === 'start') {
            const { source, destination, entity } = next.made;
            const ends = [source, ...(destination === null ? [] : [destination])];
            const [from, into = null] = ends.map((end) => CONNECTIONS[end] as string) as [string, string?];
            const sync = await tables.insert(org, to(from, into, entity));
            waiting.set(
              sync,
              ends.map((end) => `${end} ${entity}`),
            );
          } else if (next.do === 'dispatch') await dispatch();
          else {
            const [sync] = [...active.keys()].slice(next.pick % Math.max(1, active.size));
            if (sync === undefined) continue;
            await end(org, sync);
            active.delete(sync);
          }
        }
        await dispatch();
      }),
      { numRuns: 150 },
    );
  });
});

describe('A run without a worker', () => {
  const lost = async (org: string) => {
    const rows = await tables.query<{ org_id: string; sync_id: string; state: string }>(
      org,
      'SELECT * FROM app.runs_without_worker(10000)',
    );
    return rows.filter(({ org_id }) => org_id === org).map(({ sync_id, state }) => [sync_id, state]);
  };

  it('is shown while it waits, and when its lease has run out; not while it is held, paused or over', async () => {
    const org = newOrg();
    const held = await tables.held(org, to(SHOP));
    const waiting = await tables.insert(org, to(SHOP));
    const deserted = await tables.insert(org, to(ERP));
    const paused = await tables.insert(org, to(CRM));
    await tables.dispatch(org);
    const run = await tables.take(org, paused);
    await tables.query(org, 'UPDATE public.sync_progress SET pause_requested = true WHERE sync_id = $1', [paused]);
    await tables.commit(org, { sync: paused, epoch: run?.lease_epoch ?? 0 }, {});
    expect(await lost(org)).toEqual([[waiting, 'waiting']]);
    await tables.take(org, deserted, RUN_OUT);
    expect(await lost(org)).toEqual([
      [waiting, 'waiting'],
      [deserted, 'ready'],
    ]);
    await tables.commit(org, held, { final: { status: 'completed' } });
    expect(await lost(org)).toHaveLength(2);
  });

  it('is reserved by a dispatch for a minute, and then counts as lost when no worker took it', async () => {
    const org = newOrg();
    const sync = await tables.insert(org, to(SHOP));
    await tables.dispatch(org);
    expect(await lost(org)).toEqual([]);
    const [left] = await tables.query<{ seconds: number }>(
      org,
      'SELECT extract(epoch FROM leased_until - now())::integer AS seconds FROM public.sync_runs WHERE sync_id = $1',
      [sync],
    );
    expect(left?.seconds).toBeGreaterThan(50);
    await tables.admin(`UPDATE public.sync_runs SET leased_until = now() - interval '1 second' WHERE sync_id = $1`, [
      sync,
    ]);
    expect(await lost(org)).toEqual([[sync, 'ready']]);
  });

  it('that was ended by plain SQL is ended by the worker that tries to take it', async () => {
    const org = newOrg();
    const sync = await tables.insert(org, to(SHOP));
    await tables.dispatch(org);
    await tables.take(org, sync, RUN_OUT);
    await end(org, sync);
    expect(await lost(org)).toEqual([[sync, 'ready']]);
    expect(await tables.take(org, sync)).toBeUndefined();
    expect(await lost(org)).toEqual([]);
    expect((await tables.run(org, sync)).state).toBe('ended');
  });
});

describe('A run that a worker released', () => {
  it('accepts nothing more from that worker: no batch, no heartbeat, and its waiting time stays the same', async () => {
    const org = newOrg();
    const held = await tables.held(org, to(SHOP));
    const until = new Date(Date.now() + 3_600_000);
    expect(await tables.release(org, held.sync, held.epoch, until)).toBe(true);
    const given = await tables.run(org, held.sync);
    const item = { external_id: '1', outcome: 'processed' } as const;
    expect(await tables.renew(org, held.sync, held.epoch)).toBe('fenced');
    expect(await tables.commit(org, held, { items: [item] })).toBe('fenced');
    expect(await tables.release(org, held.sync, held.epoch)).toBe(false);
    expect(await tables.run(org, held.sync)).toEqual(given);
    expect(await tables.progress(org, held.sync)).toMatchObject({ status: 'queued', processed_count: 0 });
  });

  it('also accepts nothing more from it after it was paused and resumed', async () => {
    const org = newOrg();
    const held = await tables.held(org, to(SHOP));
    await tables.query(org, 'UPDATE public.sync_progress SET pause_requested = true WHERE sync_id = $1', [held.sync]);
    expect(await tables.commit(org, held, {})).toBe('paused');
    await tables.harness.as(org, (tenants) => tenants.query(unpauseRun(org, held.sync)));
    expect(await tables.renew(org, held.sync, held.epoch)).toBe('fenced');
  });
});

describe('A paused run', () => {
  it.each(['failed', 'completed', 'cancelled'])('is over when others end its sync as %s', async (status) => {
    const org = newOrg();
    const held = await tables.held(org, to(SHOP));
    await tables.query(org, 'UPDATE public.sync_progress SET pause_requested = true WHERE sync_id = $1', [held.sync]);
    expect(await tables.commit(org, held, {})).toBe('paused');
    await end(org, held.sync, status);
    expect((await tables.run(org, held.sync)).state).toBe('ended');
  });
});
