import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { GuideRunner } from './guide.runner.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('a client of plain SQL names its organization', () => {
  it('in the connection string, and the pool stays as the guide prints it', async () => {
    const url = new URL(database.sessionUrl);
    url.searchParams.set('options', '-c app.current_org_id=org-123');
    const pool = new pg.Pool({ connectionString: url.toString(), max: 10 });
    const guide = new GuideRunner(pool);
    const syncId = await guide.function('startSync')('org-123', 'user-7');
    expect(await guide.function('updateSyncProgress')('org-123', syncId, 10)).toMatchObject({ processed_count: 10 });
    await expect(guide.function('startSync')('org-456', 'user-7')).rejects.toThrow('row-level security policy');
    await pool.end();
  });

  it('in each transaction, behind a pooler that shares connections, and leaves it to nobody', async () => {
    const client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    const guide = new GuideRunner(client as unknown as pg.Pool);
    await client.query('BEGIN');
    await client.query('SELECT app.set_org($1)', ['org-123']);
    await guide.function('startSync')('org-123', 'user-7');
    await client.query('COMMIT');
    await expect(guide.function('startSync')('org-123', 'user-7')).rejects.toThrow('row-level security policy');
    expect(await guide.function('getLiveProgress')('org-123')).toEqual([]);
    await client.end();
  });
});
