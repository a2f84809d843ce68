import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Attacker, startAttacker } from './attacker.support.ts';
import { CASES } from './rls.cases.ts';
import { FIXTURES } from './rls.fixtures.ts';

let attacker: Attacker;

beforeAll(async () => {
  attacker = await startAttacker();
});
afterAll(() => attacker.close());

const CHOOSE = "set_config('app.current_org_id', 'org-b', true)";

describe('changing the organization in the middle of a statement', () => {
  it('shows nothing more, row by row', async () => {
    const rows = await attacker.run(`SELECT org_id, ${CHOOSE} FROM sync_progress`);
    expect(new Set(rows.map(({ org_id }) => org_id))).toEqual(new Set(['org-a']));
  });

  it('shows nothing more as a condition', async () => {
    const where = `WHERE org_id = 'org-b' AND ${CHOOSE} IS NOT NULL`;
    expect(await attacker.run(`SELECT * FROM sync_progress ${where}`)).toEqual([]);
  });

  it('changes nothing of the other organization from a CTE', async () => {
    const update = "UPDATE sync_progress SET error_message = 'attacked' WHERE org_id = 'org-b' RETURNING 1";
    expect(await attacker.run(`WITH chosen AS (SELECT ${CHOOSE}) ${update}`)).toEqual([]);
  });

  // The limit of it: the role says which organization it works for, so no SQL of a caller may ever reach it.
  it('from a CTE that is read first is the same as choosing that organization, and leaves the own one', async () => {
    const rows = await attacker.run(
      `WITH chosen AS MATERIALIZED (SELECT ${CHOOSE}) SELECT s.org_id FROM chosen, sync_progress s`,
    );
    expect(new Set(rows.map(({ org_id }) => org_id))).toEqual(new Set(['org-b']));
  });
});

describe('the service role', () => {
  it.each([
    ['disable row-level security', 'ALTER TABLE sync_progress DISABLE ROW LEVEL SECURITY', /must be owner of table/],
    ['take a table out of FORCE', 'ALTER TABLE sync_progress NO FORCE ROW LEVEL SECURITY', /must be owner of table/],
    ['drop a policy', 'DROP POLICY tenant ON sync_progress', /must be owner of relation/],
    ['add a policy', 'CREATE POLICY mine ON sync_progress USING (true)', /must be owner of table/],
    ['disable a trigger', 'ALTER TABLE sync_progress DISABLE TRIGGER USER', /must be owner of table/],
    ['switch triggers off', "SET session_replication_role = 'replica'", /permission denied to set parameter/],
    ['become the owner', 'SET ROLE sync_owner', /permission denied to set role/],
    ['become maintenance', 'SET ROLE sync_maintenance', /permission denied to set role/],
    ['become the directory', 'SET ROLE sync_directory', /permission denied to set role/],
    ['give itself BYPASSRLS', 'ALTER ROLE sync_app BYPASSRLS', /permission denied to alter role/],
    ['join the owner', 'GRANT sync_owner TO sync_app', /permission denied to grant role/],
    ['make a function', 'CREATE FUNCTION public.f() RETURNS int LANGUAGE sql RETURN 1', /permission denied for schema/],
    ['make a view', 'CREATE VIEW public.v AS SELECT * FROM sync_progress', /permission denied for schema/],
    ['load rows past the policies', 'COPY sync_progress FROM STDIN', /COPY FROM not supported with row-level security/],
    ['reach the disk', "COPY sync_progress TO '/rows'", /permission denied to COPY to a file/],
    [
      'run a program',
      "COPY sync_progress TO PROGRAM 'cat'",
      /permission denied to COPY to or from an external program/,
    ],
  ])('cannot %s', async (_what, statement, refusal) => {
    await expect(attacker.run(statement)).rejects.toThrow(refusal);
  });

  it('gets an error and no rows when it switches row security off', async () => {
    const attack = attacker.run('SET LOCAL row_security = off', 'SELECT * FROM sync_progress');
    await expect(attack).rejects.toThrow(/query would be affected by row-level security policy/);
  });

  it('learns no values of others from the statistics', async () => {
    await attacker.look('ANALYZE');
    const counted = "SELECT * FROM pg_stats WHERE tablename = 'sync_progress'";
    expect(await attacker.look(counted)).not.toEqual([]);
    expect(await attacker.run(counted)).toEqual([]);
  });

  it('cannot have a cheap function of its own look at rows before the policy does', async () => {
    const rows = await attacker.run(
      'CREATE TEMP TABLE seen (org_id text)',
      `CREATE FUNCTION pg_temp.look(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001
         AS $$ BEGIN INSERT INTO seen VALUES ($1); RETURN true; END $$`,
      'SELECT count(*) FROM sync_progress WHERE pg_temp.look(org_id)',
      'SELECT DISTINCT org_id FROM seen',
    );
    expect(rows).toEqual([{ org_id: 'org-a' }]);
  });

  it.each(Object.keys(CASES))('cannot move a row of %s to another organization', async (table) => {
    const move = attacker.run(`UPDATE ${table} SET org_id = 'org-b' WHERE ${FIXTURES[table]?.marker} = 'live'`);
    await expect(move).rejects.toThrow(/row-level security policy|permission denied/);
  });
});

describe('the audit trail', () => {
  const PARTITION =
    "SELECT inhrelid::regclass AS name FROM pg_inherits WHERE inhparent = 'sync_activity_log'::regclass";

  it.each(["UPDATE %s SET status = 'completed'", 'DELETE FROM %s', 'TRUNCATE %s', 'DROP TABLE %s'])(
    'cannot be edited: %s',
    async (statement) => {
      const partitions = (await attacker.look(PARTITION)).map(({ name }) => String(name));
      for (const table of ['sync_activity_log', ...partitions]) {
        await expect(attacker.run(statement.replace('%s', table))).rejects.toThrow(/permission denied|must be owner/);
      }
    },
  );
});
