import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { EmbeddedPostgres } from '@sync-operations/embedded-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFrames } from '../../src/backup/archive.frames.ts';
import { ArchiveWriter } from '../../src/backup/archive.writer.ts';
import { parseManifest } from '../../src/backup/backup.manifest.ts';
import { restore } from '../../src/backup/backup.restore.ts';
import { parseEnvironment } from '../../src/config/environment.ts';
import { createApp } from '../../src/create-app.ts';
import { provisionAppRole } from '../../src/database/provision.ts';
import { schemaSnapshot } from '../support/schema-snapshot.ts';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';
import { token } from '../support/test-service.ts';
import { departuresFromMatrix } from '../tenancy/rls.matrix.ts';
import {
  addDatabase,
  asSuperuser,
  contentOf,
  fill,
  inDatabase,
  ORGANIZATIONS,
  startServer,
  type TableContent,
} from './backup.support.ts';

let source: EmbeddedPostgres;
let target: EmbeddedPostgres;
let file: string;
let original: Record<string, TableContent>;

const run = (command: 'backup' | 'restore', ownerUrl: string, ...args: string[]) =>
  ServiceProcess.command(command, args, { MIGRATION_DATABASE_URL: ownerUrl });
const count = (rows: Record<string, TableContent>) => Object.values(rows).reduce((sum, table) => sum + table.rows, 0);

beforeAll(async () => {
  [source, target] = await Promise.all([startServer(), startServer()]);
  await fill(source);
  original = await contentOf(asSuperuser(source));
  file = join(newFolder(), 'monday.backup');
});
afterAll(async () => {
  await Promise.all([source?.stop(), target?.stop()]);
  await cleanUp();
});

describe('The database can be dumped and restored by whom it belongs to: npm run db:backup', () => {
  it('writes every row of every organization as an owner that is no superuser, to a file that only its owner can read', async () => {
    const result = await run('backup', source.ownerUrl, file);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^\d+ rows of \d+ tables are in .*monday\.backup\.\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(original['public.sync_progress']?.rows).toBe(804);
    expect(original['public.sync_activity_log']?.rows).toBeGreaterThanOrEqual(100);
  });

  it('takes the login away again', async () => {
    const roles = await sql(
      asSuperuser(source),
      `SELECT rolcanlogin, rolpassword FROM pg_authid WHERE rolname = 'sync_backup'`,
    );
    expect(roles).toEqual([{ rolcanlogin: false, rolpassword: null }]);
  });

  it('never writes over another backup', async () => {
    const result = await run('backup', source.ownerUrl, file);
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('exists already') });
  });

  it.each([
    ['has lost its policy', 'DROP POLICY backup ON public.sync_records', 'public.sync_records'],
    ['has a narrower policy', `ALTER POLICY backup ON public.sync_runs USING (org_id = 'org-a')`, 'public.sync_runs'],
    [
      'has a restrictive policy beside it',
      'CREATE POLICY less ON public.sync_runs AS RESTRICTIVE TO sync_backup USING (false)',
      'public.sync_runs',
    ],
    ['may not be read', 'REVOKE SELECT ON app.scheduled_tasks FROM sync_backup', 'app.scheduled_tasks'],
    [
      'is new and was given no policy',
      'CREATE TABLE public.invoices (org_id text); ALTER TABLE public.invoices ENABLE ROW LEVEL SECURITY; GRANT SELECT ON public.invoices TO sync_backup',
      'public.invoices',
    ],
  ])('refuses, without a file, when a table %s', async (_what, statement, table) => {
    const name = `hidden_${Math.abs(hash(statement))}`;
    await sql(
      asSuperuser(source),
      `CREATE DATABASE ${name} OWNER sync_owner TEMPLATE ${new URL(source.ownerUrl).pathname.slice(1)}`,
    );
    const url = inDatabase(source.ownerUrl, name);
    await sql(url, statement);
    const partial = join(newFolder(), 'hidden.backup');
    const result = await run('backup', url, partial);
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`every row of ${table}.`) });
    await expect(stat(partial)).rejects.toThrow('ENOENT');
  });

  it('leaves alone what is not of this service', async () => {
    const name = 'shared_with_others';
    await sql(
      asSuperuser(source),
      `CREATE DATABASE ${name} OWNER sync_owner TEMPLATE ${new URL(source.ownerUrl).pathname.slice(1)}`,
    );
    const url = inDatabase(source.ownerUrl, name);
    await sql(url, 'CREATE TABLE public.invoices (number integer); CREATE SCHEMA shop; CREATE TABLE shop.orders ()');
    const result = await run('backup', url, join(newFolder(), 'shared.backup'));
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('npm run db:restore', () => {
  it('restores into an empty database of another cluster: rows, roles, policies, grants and owners', async () => {
    const result = await run('restore', target.ownerUrl, file);
    expect(result.code, result.stderr).toBe(0);
    expect(await contentOf(asSuperuser(target))).toEqual(original);
    expect(count(original)).toBeGreaterThan(900);
    expect(await schemaSnapshot(target.ownerUrl)).toEqual(await schemaSnapshot(source.ownerUrl));
    expect(result.stderr).toContain('Drop and create these logins with npm run db:role: ');
  });

  it('leaves a database on which every role may do what the matrix of rights says, and nothing else', async () => {
    const admin = new pg.Client({ connectionString: asSuperuser(target) });
    await admin.connect();
    expect(await departuresFromMatrix(admin).finally(() => admin.end())).toEqual([]);
  }, 120_000);

  it('leaves a database on which the service starts and an organization sees its own rows only', async () => {
    await provisionAppRole(target.ownerUrl, new URL(target.appUrl).password);
    const app = await createApp(
      parseEnvironment({
        DATABASE_URL: target.appUrl,
        SYNC_JWT_SECRET: 'a-secret-of-at-least-32-characters-for-tests',
        SYNC_WORKER: 'off',
        LOG_LEVEL: 'silent',
      }),
    );
    await app.listen(0, '127.0.0.1');
    try {
      for (const org of ORGANIZATIONS) {
        const headers = { authorization: `Bearer ${await token(org)}` };
        const answer = await fetch(`${await app.getUrl()}/api/sync/progress`, { headers });
        expect(answer.status).toBe(200);
        const items = (await answer.json()) as { org_id: string }[];
        expect(items.length).toBeGreaterThan(0);
        expect(items.every(({ org_id }) => org_id === org)).toBe(true);
      }
      for (const org of ORGANIZATIONS)
        expect(await sql(target.appUrl, 'SELECT DISTINCT org_id FROM public.sync_activity_log', [], org)).toEqual([
          { org_id: org },
        ]);
      expect(await sql(target.appUrl, 'SELECT FROM public.sync_activity_log')).toEqual([]);
    } finally {
      await app.close();
    }
  });

  it('leaves the trail append-only, and its triggers at work', async () => {
    for (const statement of [
      'UPDATE public.sync_activity_log SET status = status',
      'DELETE FROM public.sync_activity_log',
    ])
      await expect(sql(target.appUrl, statement, [], 'org-a')).rejects.toMatchObject({ code: '42501' });
    await expect(
      sql(target.appUrl, `UPDATE public.sync_progress SET processed_count = 0 WHERE sync_id = 'odd-1'`, [], 'org-a'),
    ).resolves.toEqual([]);
    const triggers = await sql(
      asSuperuser(target),
      `SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgenabled <> 'O'`,
    );
    expect(triggers).toEqual([]);
  });

  it('refuses a database that is not empty, unless told to replace what it holds', async () => {
    await sql(asSuperuser(target), `UPDATE public.sync_progress SET error_message = 'later' WHERE sync_id = 'odd-2'`);
    const before = await contentOf(asSuperuser(target));
    const refused = await run('restore', target.ownerUrl, file);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('The database is not empty'),
    });
    expect(await contentOf(asSuperuser(target))).toEqual(before);
    expect((await run('restore', target.ownerUrl, file, '--replace')).code).toBe(0);
    expect(await contentOf(asSuperuser(target))).toEqual(original);
  });

  it('refuses a file that is cut anywhere or has a changed byte, and changes nothing', async () => {
    const whole = await readFile(file);
    const plain = gunzipSync(whole);
    const changed = Buffer.from(plain);
    const at = plain.length - 200;
    changed[at] = (plain[at] as number) ^ 1;
    const damaged: Record<string, Buffer> = {
      empty: Buffer.alloc(0),
      'cut in half': whole.subarray(0, whole.length / 2),
      'cut by a byte': whole.subarray(0, -1),
      'cut and zipped again': gzipSync(plain.subarray(0, plain.length - 37)),
      'changed and zipped again': gzipSync(changed),
      'something else': Buffer.from('-- PostgreSQL database dump'),
      'something else, zipped': gzipSync('-- PostgreSQL database dump'),
      'with something behind it': gzipSync(Buffer.concat([plain, plain.subarray(0, 100)])),
    };
    const path = join(newFolder(), 'damaged.backup');
    for (const [what, bytes] of Object.entries(damaged)) {
      await writeFile(path, bytes);
      await expect(restore(target.ownerUrl, path, { replace: true }), what).rejects.toMatchObject({
        name: 'BackupError',
      });
    }
    expect(await contentOf(asSuperuser(target))).toEqual(original);
    await copyFile(file, path);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    expect(await run('restore', target.ownerUrl, path, '--replace')).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: expect.stringMatching(/^The file is cut or damaged: .*Nothing was restored\.\n$/),
    });
  });

  it('refuses a backup of a newer and of an older version, and does not migrate for it', async () => {
    const url = await addDatabase(target, 'of_another_version');
    for (const [change, sentence] of [
      [(names: string[]) => [...names, 'a-later-0000000000099'], 'made by a newer version'],
      [(names: string[]) => names.slice(0, -1), 'made by an older version'],
    ] as const) {
      const path = join(newFolder(), 'other.backup');
      await rewrite(file, path, change);
      expect(await run('restore', url, path)).toMatchObject({ code: 1, stderr: expect.stringContaining(sentence) });
    }
    expect(await sql(url, `SELECT to_regclass('public.sync_migrations') AS found`)).toEqual([{ found: null }]);
  });

  it.each([['backup'], ['restore']] as const)('%s says how it is called', async (command) => {
    for (const args of [[], ['a', '--all']])
      expect(await run(command, target.ownerUrl, ...args)).toMatchObject({
        ...{ code: 1, stdout: '' },
        stderr: expect.stringContaining('Usage: sync-operations '),
      });
  });
});

/** The archive with other migrations in its manifest, and no rows. */
async function rewrite(from: string, to: string, migrations: (names: string[]) => string[]): Promise<void> {
  for await (const { payload } of readFrames(from)) {
    const manifest = parseManifest(payload.toString());
    await ArchiveWriter.create(to, (archive) =>
      archive.manifest({ ...manifest, migrations: migrations(manifest.migrations) }),
    );
    return;
  }
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) as number)) | 0, 7);
}
