import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { createSettledPool } from '../../src/database/pool.ts';
import { assertDatabaseReady } from '../../src/database/readiness.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { startTestService } from '../support/test-service.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

/** What a start says: undefined when it would go on. */
async function refusal(): Promise<string | undefined> {
  const pool = createSettledPool(database.appUrl, { max: 1, runMs: 10_000 });
  try {
    await assertDatabaseReady(pool);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await pool.end();
  }
}

const change = (text: string) => sql(database.superuserUrl, text);

describe('a database that is not as it was migrated', () => {
  it.each([
    ['a policy that is gone', 'DROP POLICY tenant ON public.sync_progress', 'policies'],
    ['a policy that lets everything through', 'ALTER POLICY tenant ON public.sync_records USING (true)', 'policies'],
    ['a policy for everybody', 'CREATE POLICY mine ON public.sync_runs USING (true)', 'policies'],
    [
      'row-level security that is off',
      'ALTER TABLE public.sync_items DISABLE ROW LEVEL SECURITY',
      'row-level security',
    ],
    ['an owner who is exempt', 'ALTER TABLE public.sync_items NO FORCE ROW LEVEL SECURITY', 'row-level security'],
    ['a grant too many', 'GRANT DELETE ON public.sync_activity_log TO sync_app', 'grants'],
    ['a column that everybody reads', 'GRANT SELECT (key_hash) ON auth.api_keys TO PUBLIC', 'grants'],
    ['a grant too few', 'REVOKE SELECT ON public.sync_progress FROM sync_app', 'grants'],
  ])('is refused at the start and by migrate, which cannot make it right: %s', async (_what, statement, kinds) => {
    await change(statement);
    const sentence = `The ${kinds} of the database ${kinds.endsWith('s') ? 'are' : 'is'} not as migrated`;
    expect(await refusal()).toContain(sentence);
    await expect(migrate(database.ownerUrl)).rejects.toThrow(sentence);
    expect(await refusal()).toContain(sentence);
  });

  it.each([
    [
      'a function that a restore gave to another owner',
      'ALTER FUNCTION app.end_silent_syncs(interval, integer) OWNER TO sync_owner',
    ],
    [
      'a function that everybody may call',
      'GRANT EXECUTE ON FUNCTION app.organizations(bytea, text, text, integer) TO PUBLIC',
    ],
    ['a function that finds what somebody put into its path', 'ALTER FUNCTION app.find_key(bytea) RESET search_path'],
    [
      'a function with another body',
      `CREATE OR REPLACE FUNCTION app.set_org(org_id text) RETURNS void LANGUAGE sql AS ''`,
    ],
    ['a trigger that is off', 'ALTER TABLE public.sync_progress DISABLE TRIGGER ended_is_final'],
  ])('is refused at the start, and made right by migrate: %s', async (_what, statement) => {
    await change(statement);
    expect(await refusal()).toMatch(
      /^The (functions|triggers) of the database are not as migrated.*; run "npm run migrate"/,
    );
    await migrate(database.ownerUrl);
    expect(await refusal()).toBeUndefined();
  });

  it('is not ready', async () => {
    const service = await startTestService();
    await sql(service.database.superuserUrl, 'DROP POLICY tenant ON public.sync_progress');
    const response = await fetch(`${service.url}/health/ready`);
    expect({ status: response.status, ...(await response.json()) }).toMatchObject({
      status: 503,
      detail: expect.stringContaining('The policies of the database are not as migrated'),
    });
    await service.close();
  });
});

describe('a database that is as it was migrated', () => {
  it('is ready with whatever an operator adds beside it', async () => {
    const name = `reader_${randomBytes(4).toString('hex')}`;
    await change(`CREATE ROLE ${name}; GRANT SELECT ON public.sync_progress TO ${name}; CREATE TABLE public.theirs (id integer);
      CREATE FUNCTION public.theirs() RETURNS integer LANGUAGE sql RETURN 1`);
    expect(await refusal()).toBeUndefined();
    await change(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
  });

  it('is ready again with another month of the trail, and without one', async () => {
    await sql(database.ownerUrl, 'SELECT app.prepare_activity_partitions(9)');
    expect(await refusal()).toBeUndefined();
    const [month] = await sql<{ name: string }>(database.ownerUrl, 'SELECT app.activity_partition_name(now()) AS name');
    await sql(database.ownerUrl, `ALTER TABLE public.sync_activity_log DETACH PARTITION public.${month?.name}`);
    expect(await refusal()).toBeUndefined();
  });
});
