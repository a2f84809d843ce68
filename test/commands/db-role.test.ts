import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const NAME = `reporting_${randomBytes(4).toString('hex')}`;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** npm run --silent db:role -- …, as the owner. */
const role = (...args: string[]) =>
  ServiceProcess.command('roles', args, { MIGRATION_DATABASE_URL: database.ownerUrl });

describe('npm run --silent db:role', () => {
  it('prints the URL of a login that is bound to one organization, and nothing else on stdout', async () => {
    const { code, stdout, stderr } = await role('create', '--name', NAME, '--org', 'org-123', '--user', 'maria');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `${NAME} sees and changes the rows of org-123 only; the trail names maria. Shown once:\n`,
    });
    const client = new pg.Client({ connectionString: stdout.trimEnd() });
    await client.connect();
    const { rows } = await client.query('SELECT org_id, user_id FROM auth.sql_roles');
    await client.end();
    expect(rows).toEqual([{ org_id: 'org-123', user_id: 'maria' }]);
  });

  it('lists it', async () => {
    const { code, stdout } = await role('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`${NAME}.*org-123.*maria`));
  });

  it.each([
    [
      ['create', '--name', NAME, '--org', 'org-123'],
      `The database already has a role named ${NAME}; choose another name.`,
    ],
    [
      ['create', '--name', 'sync_app', '--org', 'org-123'],
      'The database already has a role named sync_app; choose another name.',
    ],
    [['create', '--name', 'Reporting', '--org', 'org-123'], '--name is required: lower-case letters'],
    [['create', '--name', 'x"; DROP', '--org', 'org-123'], '--name is required: lower-case letters'],
    [['create', '--name', 'reporting'], '--org must be text of 1 to 200 characters.'],
    [['create', '--name', 'reporting', '--org', 'o'.repeat(201)], '--org must be text of 1 to 200 characters.'],
    [['drop', 'sync_app'], 'There is no such role as sync_app; see: npm run db:role -- list'],
    [['drop'], 'There is no such role as (none given)'],
    [[], 'Usage:'],
  ])('refuses %j with one sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await role(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('makes one that sees no values of persons, and says so in the list', async () => {
    const name = `${NAME}_masked`;
    const { stdout } = await role('create', '--name', name, '--org', 'org-123', '--no-payloads', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ name, payloads: false });
    const listed = JSON.parse((await role('list', '--json')).stdout) as { role_name: string; sees_payloads: boolean }[];
    const sees = Object.fromEntries(listed.map(({ role_name, sees_payloads }) => [role_name, sees_payloads]));
    expect(sees).toMatchObject({ [name]: false, [NAME]: true });
    await role('drop', name);
  });

  it('drops it', async () => {
    expect(await role('drop', NAME)).toMatchObject({ code: 0, stdout: `Dropped ${NAME}.\n` });
    expect((await role('list')).stdout).not.toContain(NAME);
  });
});
