import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastError, takeTurns } from '../support/maintenance.support.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

const ORG = 'org-retention';
const WEEKS = 14;

let service: TestService;
beforeAll(async () => {
  service = await startTestService({
    ...{ SYNC_WORKER: 'on', SYNC_CHANGES_RETENTION_DAYS: '8', SYNC_ITEMS_RETENTION_DAYS: '3' },
  });
});
afterAll(() => service.close());

const admin = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(service.database.superuserUrl, text, values);
const empty = async (days: number) => {
  const [row] = await sql<{ emptied: number }>(
    service.database.appUrl,
    'SELECT app.empty_expired_changes($1) AS emptied',
    [days],
  );
  return row?.emptied;
};

/** A change of each of the last 14 weeks. */
const plantChanges = () =>
  admin(
    `INSERT INTO sync_changes (org_id, week, sync_id, kind, external_id, entity_type)
     SELECT $1, app.week_of_changes(now() - ago * interval '1 week'), 'run-' || ago, 'create', ago::text, 'customer'
       FROM generate_series(0, ${WEEKS - 1}) ago ON CONFLICT DO NOTHING`,
    [ORG],
  );
async function weeksLeft(): Promise<number[]> {
  const rows = await admin<{ ago: number }>(
    'SELECT external_id::integer AS ago FROM sync_changes WHERE org_id = $1 ORDER BY 1',
    [ORG],
  );
  return rows.map(({ ago }) => ago);
}
const upTo = (last: number) => Array.from({ length: last + 1 }, (_, ago) => ago);

describe('What is kept', () => {
  it('is kept for as long as the settings say', async () => {
    await plantChanges();
    for (const [name, days] of Object.entries({ two: 2, four: 4 })) {
      await admin(`INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status)
                   VALUES ('${ORG}', '${name}', 'customer', 'fake', 'completed')`);
      await admin(`INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, entity_type, mode, state, seen_cleared, item_bytes, created_at)
                   VALUES ('${ORG}', '${name}', 'sync', gen_random_uuid(), 'customer', 'full', 'ended', true, 9, now() - interval '${days} days')`);
      await admin(`INSERT INTO sync_items (org_id, sync_id, external_id, outcome, error_class, message)
                   VALUES ('${ORG}', '${name}', '1', 'failed', 'refused', 'm')`);
    }
    await takeTurns(service);
    // A week that ended 8 days ago began less than three weeks ago.
    expect(await weeksLeft()).toEqual(upTo(2));
    expect(await admin('SELECT sync_id FROM sync_items WHERE org_id = $1', [ORG])).toEqual([{ sync_id: 'two' }]);
    expect([await lastError(service, 'expired-changes'), await lastError(service, 'expired-items')]).toEqual([
      null,
      null,
    ]);
  });

  it.each([
    [1, 1],
    [7, 1],
    [30, 5],
    [77, 11],
    [84, 12],
    [1_000, 12],
  ])(
    'of %i days, is at least that old when it goes, and gone before the ring of weeks comes round',
    async (days, last) => {
      await plantChanges();
      await empty(days);
      const left = await weeksLeft();
      expect(left).toEqual(upTo(last));
      // The youngest change of the oldest week that is left is no older than the week after the retention.
      expect(last * 7).toBeGreaterThanOrEqual(Math.min(days, 84));
      expect(left).not.toContain(WEEKS - 1);
    },
  );

  it('is left for the next time where somebody reads it, and the others go', async () => {
    await plantChanges();
    const reader = new pg.Client({ connectionString: service.database.superuserUrl });
    await reader.connect();
    try {
      await reader.query('BEGIN');
      const [row] = await admin<{ partition: string }>(
        `SELECT 'sync_changes_' || lpad(app.week_of_changes(now() - interval '10 weeks')::text, 2, '0') AS partition`,
      );
      await reader.query(`SELECT FROM public.${row?.partition}`);
      expect(await empty(30)).toBe(7);
      await reader.query('ROLLBACK');
      expect(await weeksLeft()).toEqual([...upTo(5), 10]);
      expect(await empty(30)).toBe(1);
      expect(await weeksLeft()).toEqual(upTo(5));
    } finally {
      await reader.end();
    }
  });

  it('is in the same place of the ring 14 weeks later, and in no other between', async () => {
    const [row] = await admin<{ same: boolean; places: number }>(
      `SELECT app.week_of_changes(t) = app.week_of_changes(t + interval '14 weeks') AS same,
              (SELECT count(DISTINCT app.week_of_changes(t + ago * interval '1 week'))::integer FROM generate_series(0, 13) ago) AS places
         FROM (SELECT now() AS t) AS x`,
    );
    expect(row).toEqual({ same: true, places: WEEKS });
  });
});
