import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { sql } from '../support/test-database.ts';

const ORG = 'org-run-failures';
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const get = async (path: string, orgId = ORG) => (await fixture.call(orgId, 'GET', path)).body;
const person = (name: string) => ({ email: `${name.toLowerCase()}@example.test`, name, phone: null });

describe('A run of the service', () => {
  it('Failures are grouped by what went wrong, those of our own runs, too; conflicts stand at its end, and both of its ends have it', async () => {
    const shop = await fixture.connect(ORG, 'shop');
    const erp = await fixture.connect(ORG, 'erp');
    const ends = { source_connection_id: shop.id, destination: { connection_id: erp.id } };
    const torn = shop.system.put(person('Torn'));
    await fixture.run(ORG, ends);
    const [there = ''] = erp.system.items.keys();
    shop.system.put({ ...person('Torn'), name: 'Torn here' }, torn);
    erp.system.put({ ...person('Torn'), name: 'Torn there' }, there);
    shop.system.put(person('Refused'));
    const run = await fixture.run(ORG, ends);
    expect(run.counts).toMatchObject({ conflict: 1, failed: 1 });

    const { items } = await get(`/progress/${run.sync_id}/items?outcome=failed`);
    const { items: groups } = await get('/activity/errors?days=1');
    expect(groups).toEqual([
      expect.objectContaining({
        error_message: items[0].message,
        error_class: items[0].error_class,
        error_count: 1,
        last_sync_id: run.sync_id,
      }),
    ]);
    const { items: trail } = await get(`/activity?sync_id=${run.sync_id}`);
    expect(trail[0].details).toMatchObject({ kind: 'sync', conflict_count: 1 });

    const idsOf = async (query: string, orgId = ORG) =>
      (await get(`/runs?${query}`, orgId)).items.map(({ sync_id }: { sync_id: string }) => sync_id);
    expect((await idsOf(`destination_id=${erp.id}`))[0]).toBe(run.sync_id);
    expect(await idsOf(`destination_id=${shop.id}`)).toEqual([]);
    expect(await idsOf(`connection_id=${shop.id}`)).toHaveLength(2);
    expect(await idsOf('active=true')).toEqual([]);
    expect(await idsOf('active=false')).toHaveLength(2);
    expect(await idsOf(`destination_id=${erp.id}`, 'org-stranger')).toEqual([]);
    expect(await get('/activity/errors', 'org-stranger')).toEqual({ items: [] });
  });

  it('makes one group with what others tell of the same failure: over REST, by plain SQL, in a member or in the details', async () => {
    const org = 'org-one-group';
    const shop = await fixture.connect(org, 'shop');
    const erp = await fixture.connect(org, 'erp');
    shop.system.put(person('Refused'));
    const run = await fixture.run(org, { source_connection_id: shop.id, destination: { connection_id: erp.id } });
    const { items } = await get(`/progress/${run.sync_id}/items?outcome=failed`, org);
    const message = items[0].message;
    const entry = { activity_type: 'batch_process', status: 'completed_with_errors', entity_type: 'customer' };
    for (const told of [
      { error_message: message },
      { details: { error: message } },
      { details: { error_message: message } },
    ])
      expect((await fixture.call(org, 'POST', '/activity', { ...entry, sync_id: 'over-rest', ...told })).status).toBe(
        201,
      );
    await sql(
      fixture.service.database.superuserUrl,
      `INSERT INTO sync_activity_log (org_id, sync_id, activity_type, status, entity_type, error_message)
       VALUES ('${org}', 'by-sql', 'batch_process', 'completed_with_errors', 'customer', $1)`,
      [message],
    );
    const { items: groups } = await get('/activity/errors?days=1', org);
    expect(groups).toEqual([expect.objectContaining({ error_message: message, error_count: 5, sync_count: 3 })]);
    const { items: entries } = await get(`/activity?days=1&error_message=${encodeURIComponent(message)}`, org);
    expect(entries).toHaveLength(4);
  });
});
