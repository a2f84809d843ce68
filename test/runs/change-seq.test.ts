import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { newOrg, record } from './batch.support.ts';
import { RunTables } from './run-tables.support.ts';

let tables: RunTables;
beforeAll(async () => {
  tables = await RunTables.start();
});
afterAll(() => tables.close());

describe('change_seq', () => {
  const seqs = async (org: string, connection: string) =>
    (await tables.records(org, connection)).map(({ external_id, change_seq }) => `${external_id}:${change_seq}`);

  it('grows without gaps with what changed, and not with what did not', async () => {
    const [org, source_connection_id] = [newOrg(), randomUUID()];
    const held = await tables.held(org, { source_connection_id });
    await tables.commit(org, held, { records: [record('b'), record('a')] });
    await tables.commit(org, held, { records: [record('a'), record('b', 'new'), record('c')] });
    await tables.commit(org, held, {
      records: [
        { external_id: 'a', deleted: true },
        { external_id: 'x', deleted: true },
      ],
    });
    await tables.commit(org, held, { records: [{ external_id: 'a', deleted: true }] });
    expect(await seqs(org, source_connection_id)).toEqual(['a:5', 'b:3', 'c:4']);
  });

  it.each(['COMMIT', 'ROLLBACK'])(
    'grows in the order of commits: the second waits for the %s of the first',
    async (end) => {
      const [org, source_connection_id] = [newOrg(), randomUUID()];
      const first = await tables.held(org, { source_connection_id });
      const second = await tables.held(org, { source_connection_id, entity_type: 'product' });
      const client = new pg.Client({ connectionString: tables.harness.database.appUrl });
      await client.connect();
      try {
        await client.query('BEGIN');
        await client.query('SELECT app.set_org($1)', [org]);
        const batch = JSON.stringify({ records: [record('a'), record('b')] });
        await client.query(`SELECT app.commit_batch($1, $2, $3, '1 minute', $4)`, [
          org,
          first.sync,
          first.epoch,
          batch,
        ]);
        const waits = tables.commit(org, second, { records: [record('p')] });
        // Another organization's do not wait.
        const other = newOrg();
        await tables.commit(other, await tables.held(other), { records: [record('q')] });
        await waitFor('the second waits for a lock', async () => {
          const rows = await tables.admin(
            `SELECT 1 FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%commit_batch%'`,
          );
          return rows.length === 1;
        });
        await client.query(end);
        expect(await waits).toBe('continue');
      } finally {
        await client.end();
      }
      expect(await seqs(org, source_connection_id)).toEqual(end === 'COMMIT' ? ['a:1', 'b:2', 'p:3'] : ['p:1']);
    },
  );
});
