import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { newOrgName, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;

// A lease that no heartbeat renews within the test: a process that stands still has none.
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_LEASE_SECONDS: '600' });
});
afterAll(() => fixture.close());

const admin = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(fixture.service.database.superuserUrl, text, values);

describe('A worker that stood still with a page in its hands, while another took the run over', () => {
  it('writes nothing more, and leaves alone what the other said it is about to write', async () => {
    const org = newOrgName();
    const source = await fixture.connect(org, 'source');
    const target = await fixture.connect(org, 'target');
    source.system.fill(20);
    const others = [{ external_id: 'of the other', kind: 'create' }];
    source.system.hooks.beforeRead = async () => {
      await admin(
        `UPDATE public.sync_runs SET lease_epoch = lease_epoch + 1, leased_by = 'another:host:1', open_writes = $2
          WHERE org_id = $1`,
        [org, JSON.stringify(others)],
      );
    };
    await fixture.start(org, { source_connection_id: source.id, destination: { connection_id: target.id } });
    await waitFor('the worker has let go', async () => {
      const [jobs] = await admin<{ over: boolean }>(
        `SELECT count(*) > 0 AND bool_and(state NOT IN ('created', 'active')) AS over FROM pgboss.job WHERE name = 'sync-runs'`,
      );
      return jobs?.over;
    });
    expect(target.system.written).toEqual([]);
    const [run] = await admin<{ open_writes: unknown }>('SELECT open_writes FROM public.sync_runs WHERE org_id = $1', [
      org,
    ]);
    expect(run?.open_writes).toEqual(others);
  });
});
