import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, type ProcessOptions, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let empty: TestDatabase;
const roles: string[] = [];

beforeAll(async () => {
  [database, empty] = await Promise.all([createTestDatabase(), createTestDatabase({ empty: true })]);
});
afterAll(async () => {
  await cleanUp();
  await Promise.all([database.drop(), empty.drop()]);
  for (const role of roles) await sql(process.env.TEST_SUPERUSER_URL as string, `DROP ROLE ${role}`);
});

/** The one line on stderr of a start that was refused. */
async function refusal(variables: Record<string, string>, options?: ProcessOptions): Promise<string> {
  const { code, stderr, stdout } = await ServiceProcess.spawn({ LOG_LEVEL: 'warn', ...variables }, options).ended;
  expect({ code, stdout, lines: stderr.split('\n').length }).toEqual({ code: 1, stdout: '', lines: 2 });
  return stderr.trimEnd();
}

/** A role of its own, which could see more than sync_app. */
async function urlOfRole(attributes: string): Promise<string> {
  const role = `test_role_${randomBytes(6).toString('hex')}`;
  roles.push(role);
  await sql(database.superuserUrl, `CREATE ROLE ${role} LOGIN PASSWORD 'secret' ${attributes}`);
  return changed(database.appUrl, { username: role, password: 'secret' });
}

function changed(url: string, parts: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'port'>>): string {
  return Object.assign(new URL(url), parts).toString();
}

async function takenPort(): Promise<{ port: string; free(): void }> {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  return { port: String((squatter.address() as AddressInfo).port), free: () => squatter.close() };
}

describe('a start is refused with one line on stderr', () => {
  it('that names a wrong variable', async () => {
    expect(await refusal({ PORT: 'http' })).toBe('PORT must be a whole number from 0 to 65535.');
  });

  it('when PORT is in use', async () => {
    const { port, free } = await takenPort();
    expect(await refusal({ DATABASE_URL: database.appUrl, PORT: port })).toMatch(
      new RegExp(`^PORT ${port} is taken .*; set PORT to .*\\.$`),
    );
    free();
  });

  it('when HOST is no address of this machine', async () => {
    // TEST-NET-1 belongs to nobody; .invalid is never resolved.
    for (const HOST of ['192.0.2.1', 'nowhere.invalid'])
      expect(await refusal({ DATABASE_URL: database.appUrl, HOST })).toMatch(
        /^HOST or PORT cannot be listened on .*\.$/,
      );
  });

  it('when nothing responds at DATABASE_URL', async () => {
    const { port, free } = await takenPort();
    free();
    expect(await refusal({ DATABASE_URL: changed(database.appUrl, { port }) })).toMatch(
      /^The database of DATABASE_URL cannot be reached \(.*ECONNREFUSED.*\)\.$/,
    );
  });

  it('naming the variable that was given', async () => {
    const { port, free } = await takenPort();
    free();
    expect(await refusal({ NEON_DATABASE_URL: changed(database.appUrl, { port }) })).toMatch(
      new RegExp(`^The database of NEON_DATABASE_URL cannot be reached .*:${port}.*`),
    );
    expect(await refusal({ NEON_DATABASE_URL: changed(database.sessionUrl, { password: 'guessed-wrong' }) })).toMatch(
      /^NEON_DATABASE_URL is refused by the database: /,
    );
  });

  it('when DATABASE_URL has a wrong password, which it does not repeat', async () => {
    const sentence = await refusal({ DATABASE_URL: changed(database.sessionUrl, { password: 'guessed-wrong' }) });
    expect(sentence).toMatch(/^DATABASE_URL is refused by the database: .*"sync_app"\.$/);
    expect(sentence).not.toContain('guessed-wrong');
  });

  it('when DATABASE_URL names a database that does not exist', async () => {
    expect(await refusal({ DATABASE_URL: changed(database.sessionUrl, { pathname: '/nothing_here' }) })).toMatch(
      /^DATABASE_URL names a database that does not exist: .*"nothing_here".*\.$/,
    );
  });

  it('when the database is not migrated, saying what to run', async () => {
    expect(await refusal({ DATABASE_URL: empty.appUrl })).toMatch(
      /^The database is not migrated .*"npm run migrate".*\.$/,
    );
  });

  it('when a migration of this version is missing', async () => {
    const behind = await createTestDatabase();
    await sql(behind.ownerUrl, 'DELETE FROM sync_migrations WHERE id = (SELECT max(id) FROM sync_migrations)');
    expect(await refusal({ DATABASE_URL: behind.appUrl })).toMatch(
      /^The database is not migrated to this version; .*\.$/,
    );
    await behind.drop();
  });

  it('when the functions are those of another version', async () => {
    const other = await createTestDatabase();
    await sql(other.ownerUrl, `UPDATE app.sql_files SET sha256 = 'another' WHERE name = 'runs/sql/lease.sql'`);
    expect(await refusal({ DATABASE_URL: other.appUrl })).toMatch(
      /^The database is not migrated to this version; .*\.$/,
    );
    await other.drop();
  });

  it.each<[string, () => Promise<string>, string]>([
    ['a superuser', async () => database.superuserUrl, 'is a superuser'],
    ['the owner of the tables', async () => database.ownerUrl, 'owns the tables'],
    ['a role with BYPASSRLS', () => urlOfRole('BYPASSRLS'), 'has BYPASSRLS'],
    ['a member of the owner', () => urlOfRole('IN ROLE sync_owner'), 'owns the tables (through sync_owner)'],
  ])('when it would connect as %s, saying what makes a right role', async (_who, url, why) => {
    const sentence = await refusal({ DATABASE_URL: await url() });
    expect(sentence).toContain(`${why} and could bypass row-level security; run "npm run db:provision"`);
  });

  it('when Node is too old for the rest of the program to be loaded', async () => {
    const old = `const versions = { ...process.versions, node: '20.19.0' };
      Object.defineProperty(process, 'versions', { value: versions });`;
    const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(old)}`];
    expect(await refusal({}, { nodeArgs })).toBe('Sync Operations needs Node 22.18 or newer; this is Node 20.19.0.');
  });
});
