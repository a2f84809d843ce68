import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';

// A server of its own: roles belong to the whole server, and these commands change sync_app's password.
let server: EmbeddedPostgres;
let dataDir: string;

beforeAll(async () => {
  dataDir = newFolder();
  server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
});
afterAll(async () => {
  await server.stop();
  await cleanUp();
});

const me = async (url: string) => (await sql<{ me: string }>(url, 'SELECT current_user::text AS me'))[0]?.me;

describe('npm run db:provision', () => {
  const provision = () => ServiceProcess.command('provision', [], { MIGRATION_DATABASE_URL: server.ownerUrl });

  it('makes of an empty database, as its owner, one that the service accepts by the URL it prints', async () => {
    const { code, stdout, stderr } = await provision();
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^Ran [1-9]\d* migrations; sync_app has /),
    });
    const [, url] = /^DATABASE_URL=(postgres:\S+)\n$/.exec(stdout) as unknown as [string, string];
    expect(await me(url)).toBe('sync_app');

    const service = await ServiceProcess.start({ DATABASE_URL: url });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    // Not ours to show around: a development key or link is made for the embedded database only.
    expect(service.output).not.toMatch(/API key|sign-in/);
    expect((await service.stop()).code).toBe(0);

    const again = await provision();
    expect(again.stderr).toMatch(/^Ran 0 migrations; /);
    expect(await me(again.stdout.trim().slice('DATABASE_URL='.length))).toBe('sync_app');
    await expect(me(url)).rejects.toThrow('password');
  });

  it('says whose URL it needs', async () => {
    const { code, stdout, stderr } = await ServiceProcess.command('provision', [], { DATABASE_URL: server.appUrl });
    expect({ code, stdout, stderr }).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: expect.stringMatching(/^MIGRATION_DATABASE_URL must be set .*\.\n$/),
    });
  });
});

describe('npm run --silent db:url', () => {
  const url = (...args: string[]) => ServiceProcess.command('url', args, { SYNC_DATA_DIR: dataDir });

  it('prints, for plain SQL, the URLs of the embedded database that the service has started', async () => {
    const service = await ServiceProcess.start({ SYNC_DATA_DIR: dataDir });
    for (const [role, user] of [
      ['app', 'sync_app'],
      ['owner', 'sync_owner'],
    ] as const) {
      const { code, stdout } = await url(role);
      expect({ code, lines: stdout.split('\n').length }).toEqual({ code: 0, lines: 2 });
      expect(await me(stdout.trim())).toBe(user);
    }
    await service.stop();
  });

  it('makes nothing in a folder that holds no database, and says so', async () => {
    const folder = newFolder();
    const wrong = join(folder, 'not', 'there');
    for (const SYNC_DATA_DIR of [folder, wrong]) {
      const result = await ServiceProcess.command('url', ['app'], { SYNC_DATA_DIR });
      expect(result).toMatchObject({
        ...{ code: 1, stdout: '' },
        stderr: `There is no database in ${SYNC_DATA_DIR}. Start the service once, or set SYNC_DATA_DIR to its folder.\n`,
      });
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says which there are', async () => {
    for (const args of [[], ['superuser']])
      expect(await url(...args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('app|owner') });
  });

  it('is not for a database of your own', async () => {
    const result = await ServiceProcess.command('url', ['app'], { DATABASE_URL: server.appUrl });
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^DATABASE_URL is set, /) });
  });
});
