import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  readonly remedy?: string;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
});

const SET_UP = {
  SYNC_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  SYNC_JWT_SECRET: 'a-secret-of-at-least-32-characters-for-tests',
};

async function doctor(variables: Record<string, string>): Promise<{ code: number | null; findings: Finding[] }> {
  const { code, stdout, stderr } = await ServiceProcess.command('doctor', ['--json'], variables);
  expect(stderr).toBe('');
  return { code, findings: JSON.parse(stdout) };
}
const withState = (findings: readonly Finding[], state: Finding['state']) =>
  findings.filter((finding) => finding.state === state).map(({ check }) => check);

describe('sync-operations doctor', () => {
  it('finds a database that is well so, and warns that no task has run yet', async () => {
    const { code, findings } = await doctor({ DATABASE_URL: database.appUrl, ...SET_UP });
    expect({ code, fail: withState(findings, 'fail') }).toEqual({ code: 0, fail: [] });
    expect(withState(findings, 'ok')).toEqual(
      expect.arrayContaining(['settings', 'roles', 'database', 'clocks', 'partitions', 'queue']),
    );
    expect(withState(findings, 'warn')).toContain('tasks');
  });

  it('says of each thing that is wrong what to do, and ends with 1', async () => {
    const broken = await createTestDatabase();
    try {
      await sql(
        broken.superuserUrl,
        `DO $$ DECLARE child regclass; BEGIN
           FOR child IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'public.sync_activity_log'::regclass LOOP
             EXECUTE format('DROP TABLE %s', child);
           END LOOP; END $$;
         INSERT INTO app.scheduled_tasks (name, started_at, finished_at) VALUES ('partitions', now() - interval '3 days', now());
         INSERT INTO pgboss.job (name, policy, start_after) VALUES ('sync-runs', 'short', now() - interval '1 hour')`,
      );
      const { code, findings } = await doctor({ DATABASE_URL: broken.appUrl });
      expect({ code, fail: withState(findings, 'fail') }).toEqual({
        code: 1,
        fail: ['settings', 'partitions', 'tasks', 'queue'],
      });
      const failed = findings.filter(({ state }) => state !== 'ok');
      expect(failed.filter(({ remedy }) => !remedy)).toEqual([]);
      expect(failed.find(({ check }) => check === 'queue')?.found).toMatch(
        /^1 runs wait in the queue, the oldest for 3\d{3} s/,
      );
    } finally {
      await broken.drop();
    }
  });

  it('finds a role that could bypass row-level security', async () => {
    const { code, findings } = await doctor({ DATABASE_URL: database.superuserUrl, ...SET_UP });
    expect({ code, fail: withState(findings, 'fail') }).toEqual({ code: 1, fail: ['roles'] });
    expect(findings.find(({ check }) => check === 'roles')?.remedy).toContain('npm run db:provision');
  });

  it('finds a database that cannot be reached, and makes none where there is none', async () => {
    const gone = await doctor({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing', ...SET_UP });
    expect({ code: gone.code, fail: withState(gone.findings, 'fail') }).toEqual({ code: 1, fail: ['database'] });
    const none = await doctor({ SYNC_DATA_DIR: newFolder() });
    expect(none.findings.find(({ state }) => state === 'fail')?.found).toMatch(/there is no embedded database/);
  });

  it('prints a line a finding for people', async () => {
    const { code, stdout } = await ServiceProcess.command('doctor', [], { DATABASE_URL: database.appUrl, ...SET_UP });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {4}partitions: The trail has its months, and 3 ahead\.$/m);
    expect(stdout).toMatch(/^warn {2}tasks: .*\n {6}→ Start the service/m);
  });
});
