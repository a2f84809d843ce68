import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syncsPage, type WantedSyncs } from '../../src/console/syncs/syncs.sql.ts';
import type { Statement } from '../../src/database/database.ts';
import { rowsRead } from '../support/rows-read.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { ERP, SHOP } from './console.fixture.ts';
import { fillHistory, LISTED_TABLES } from './list.history.ts';

// As in test/progress/hot-plans.test.ts: Postgres counts the rows that a page reads, with few and with many syncs, whatever it knows of them.

const ORG = 'org-1';

let database: TestDatabase;
let app: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
  for (const table of LISTED_TABLES)
    await sql(database.superuserUrl, `ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

const pageOf = (wanted: Partial<WantedSyncs>): Statement =>
  syncsPage(ORG, { statuses: [], by: 'started', upwards: false, ...wanted }, 51);

async function read(statement: Statement): Promise<{ found: number; rows: number }> {
  const { rows, read } = await rowsRead<{ sync: object | null }>(app, ORG, statement, LISTED_TABLES);
  return { found: rows.filter(({ sync }) => sync !== null).length, rows: read };
}

const OVERVIEW: Statement = { text: 'SELECT app.overview($1) AS sync', values: [ORG] };

/** A page of 51 reads each row, its run and both connections for the search, and once more for what it shows. */
const PAGE = 51 * 8;
/** Who searches for what is rare looks at the newest 250 and their runs first, then at a week, found by its first sync, 53 times. */
const SEARCH = 2 * 250 + PAGE + 53 * 2;
/** Of what is among them, the newest 2,000. */
const NEAR_SEARCH = SEARCH + 2 * 1_750;

/** What is asked for, how many there are of it, and the rows that may be read. */
const PAGES: [string, Partial<WantedSyncs>, number, number][] = [
  ['the first page', {}, 51, PAGE],
  ['the oldest', { upwards: true }, 51, PAGE],
  ['the last to end', { by: 'ended' }, 51, PAGE],
  ['those of a status that is rare', { statuses: ['failed'] }, 2, PAGE],
  ['those of several statuses', { statuses: ['failed', 'timeout', 'completed_with_errors'] }, 2, PAGE],
  ['active ones', { statuses: ['queued', 'running', 'paused'] }, 20, PAGE],
  ['those of a status that is frequent', { statuses: ['completed'] }, 51, PAGE],
  ['those of an entity type', { entity_type: 'order' }, 51, PAGE],
  ['those of a user who began one', { user: 'somebody' }, 1, PAGE],
  ['those from a source that is rare', { source_system: 'erp' }, 1, PAGE],
  ['those from a source that is frequent', { source_system: 'woocommerce' }, 51, PAGE],
  ['completed ones from a source that is rare', { source_system: 'erp', statuses: ['completed'] }, 1, PAGE],
  ['failed ones from a source that is frequent', { source_system: 'woocommerce', statuses: ['failed'] }, 2, PAGE],
  ['a search among those from a source that is rare', { source_system: 'erp', q: 'nightly' }, 1, PAGE],
  ['those of a kind that is rare', { kind: 'reconcile' }, 1, PAGE],
  ['those with conflicts, which are rare', { conflicts: true }, 1, PAGE],
  ['those of a connection', { connection_id: SHOP }, 51, PAGE],
  ['those of a connection with one run', { connection_id: ERP }, 1, PAGE],
  ['those before half a year ago', { to: new Date(Date.now() - 182 * 86_400_000).toISOString() }, 51, PAGE],
  ['a search for what is everywhere', { q: 'nightly' }, 51, PAGE],
  ['a search for the name of a connection', { q: 'main sh' }, 51, 2 * PAGE],
  ['a search for one that is far back', { q: 'needle' }, 1, SEARCH],
  ['a search for nothing that there is', { q: 'no such thing' }, 0, SEARCH],
  ['a search for what is rare, near and far', { q: 'pearl' }, 2, NEAR_SEARCH],
];

const STATISTICS: Record<string, (count: number) => Promise<unknown>> = {
  none: async (count) => {
    await fillHistory(database.superuserUrl, ORG, count);
    await sql(
      database.superuserUrl,
      `DELETE FROM pg_statistic WHERE starelid = ANY ('{${LISTED_TABLES}}'::regclass[]);
       UPDATE pg_class SET reltuples = -1, relpages = 0
        WHERE oid IN (SELECT i FROM unnest('{${LISTED_TABLES}}'::regclass[]) i
                      UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = ANY ('{${LISTED_TABLES}}'::regclass[]))`,
    );
  },
  stale: async (count) => {
    await fillHistory(database.superuserUrl, ORG, 20);
    await sql(database.superuserUrl, `VACUUM (FULL, ANALYZE) ${LISTED_TABLES.join(', ')}`);
    await fillHistory(database.superuserUrl, ORG, count);
  },
  'stale, and plans that the session made then': async (count) => {
    await fillHistory(database.superuserUrl, ORG, 20);
    await sql(database.superuserUrl, `VACUUM (FULL, ANALYZE) ${LISTED_TABLES.join(', ')}`);
    // After five calls a session may keep a plan for whatever is asked for.
    for (let call = 0; call < 8; call += 1) {
      for (const [, wanted] of PAGES) await read(pageOf(wanted));
      await read(OVERVIEW);
    }
    await fillHistory(database.superuserUrl, ORG, count);
  },
  true: async (count) => {
    await fillHistory(database.superuserUrl, ORG, count);
    await sql(database.superuserUrl, `VACUUM (FULL, ANALYZE) ${LISTED_TABLES.join(', ')}`);
  },
};

describe.each([2_000, 20_000])('among %i ended syncs of a year', (count) => {
  it.each(Object.keys(STATISTICS))(
    'a page reads what it shows, whatever it is filtered by or searched for; statistics: %s',
    async (statistics) => {
      await STATISTICS[statistics]?.(count);
      const wrong: unknown[] = [];
      for (const [what, wanted, found, most] of PAGES) {
        const page = await read(pageOf(wanted));
        if (page.found !== found || page.rows > most) wrong.push({ what, ...page, most });
      }
      // The newest 50 runs of each of two connections in both directions, and those of the last day, each with its progress.
      const overview = await read(OVERVIEW);
      const ofDay = Math.ceil(count / 365) + 20;
      if (overview.rows > 2 * (2 * 3 * 2 * 50) + 4 * ofDay + 100) wrong.push({ what: 'the overview', ...overview });
      expect(wrong).toEqual([]);
    },
    120_000,
  );
});
