import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../support/test-database.ts';
import { RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const ORG = 'org-runs';

describe('A sync into the records', () => {
  it('keeps every item once and counts exactly', async () => {
    const { id, system } = await fixture.connect(ORG, 'shop');
    system.fill(250);
    system.put({ email: 'broken', name: 'B', phone: null });
    const run = await fixture.run(ORG, { source_connection_id: id });
    expect(run.progress).toMatchObject({
      status: 'completed_with_errors',
      total_items: 251,
      processed_count: 250,
      failed_count: 1,
      source_system: 'fake',
    });
    expect(run).toMatchObject({ kind: 'sync', state: 'ended', counts: { created: 250, failed: 1 } });
    const rows = await sql(fixture.service.database.superuserUrl, 'SELECT count(*)::int AS n FROM sync_records');
    expect(rows).toEqual([{ n: 250 }]);

    const again = await fixture.run(ORG, { source_connection_id: id });
    expect(again.counts).toEqual({ unchanged: 250, failed: 1 });
  });
});
