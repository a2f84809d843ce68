import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type EmbeddedPostgres,
  identify,
  isPostgresServer,
  startEmbeddedPostgres,
} from '@sync-operations/embedded-postgres';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';

const settings = { fsync: 'off' };
const isRoot = process.getuid?.() === 0;
const folders: string[] = [];
const children: ChildProcess[] = [];

let used: string | undefined;

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  for (const folder of folders) await killServer(folder);
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('a supervised server', () => {
  test('is started again on its port when it is killed, once for all who use it, and stops with the last', async () => {
    const dataDir = newFolder();
    const users = [
      await startEmbeddedPostgres({ dataDir, settings, supervise: true }),
      await startEmbeddedPostgres({ dataDir, settings, supervise: true }),
    ];
    const [one, two] = users as [EmbeddedPostgres, EmbeddedPostgres];
    await first(one.ownerUrl, 'CREATE TABLE kept AS SELECT 1 AS value');
    const killed = Number(postmasterPid(dataDir));
    process.kill(killed, 'SIGKILL');
    const again = () => first(two.ownerUrl, 'SELECT value FROM kept').catch(() => undefined);
    const row = await waitFor('it responds again', again, { withinMs: 60_000 });
    expect(row).toEqual({ value: 1 });
    const restarted = Number(postmasterPid(dataDir));
    expect(restarted).not.toBe(killed);
    await one.stop();
    expect(await first(two.ownerUrl, 'SELECT value FROM kept')).toEqual({ value: 1 });
    expect(Number(postmasterPid(dataDir))).toBe(restarted);
    await two.stop();
    expect(identify(restarted)).toBeUndefined();
  });
});

describe('the embedded database', () => {
  test('is UTF8, in UTC, with a password and on loopback only, whatever the environment says', async () => {
    const dataDir = newFolder();
    const { LANG, LC_ALL, ...bare } = process.env;
    const { server } = await startInChild(dataDir, { ...bare, PGPORT: '1', PGTZ: 'Asia/Tokyo', PGDATABASE: 'x' });
    const row = await first(
      server.superuserUrl.replace(/postgres$/, 'sync_operations'),
      `SELECT current_setting('server_encoding') encoding, current_setting('timezone') timezone, upper('é') upper,
        current_setting('listen_addresses') listens, current_setting('unix_socket_directories') sockets,
        current_setting('data_directory') folder,
        rolcanlogin, rolcreaterole, rolsuper, rolbypassrls, pg_get_userbyid(datdba) database_owner
       FROM pg_roles, pg_database WHERE rolname = 'sync_owner' AND datname = current_database()`,
    );
    expect(row).toEqual({
      ...{ encoding: 'UTF8', timezone: 'UTC', upper: 'É', listens: '127.0.0.1', sockets: '' },
      folder: path.join(realpathSync(dataDir), 'cluster'),
      ...{ rolcanlogin: true, rolcreaterole: true, rolsuper: false, rolbypassrls: false, database_owner: 'sync_owner' },
    });
    expect(await first(server.ownerUrl, 'SELECT current_user::text AS me')).toEqual({ me: 'sync_owner' });
    await expect(first(server.ownerUrl.replace(/:[^:@]+@/, ':guess@'), 'SELECT 1')).rejects.toThrow('password');
    expect(statSync(path.join(dataDir, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir).sort()).toEqual(['cluster', 'credentials.json', 'postgres.log', 'server.json']);
  });

  test('writes no row that it refuses into its log', async () => {
    const dataDir = newFolder();
    const { ownerUrl, stop } = await start(dataDir);
    await first(ownerUrl, "CREATE TABLE people (name text CHECK (name <> 'Lovelace'))");
    await expect(first(ownerUrl, "INSERT INTO people SELECT 'Love' || 'lace'")).rejects.toThrow('people_name_check');
    await stop();
    const log = readFileSync(path.join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('people_name_check');
    expect(log).not.toContain('(Lovelace)');
  });

  test('keeps its data and its port over a restart, and uses another port when that one is in use', async () => {
    const dataDir = newFolder();
    const before = await start(dataDir);
    await first(before.ownerUrl, 'CREATE TABLE kept AS SELECT 1 AS value');
    await before.stop();
    await before.stop();
    expect(postmasterPid(dataDir)).toBeUndefined();

    const again = await start(dataDir);
    expect(again.ownerUrl).toBe(before.ownerUrl);
    await again.stop();

    const squatter = createServer().listen(before.port, '127.0.0.1');
    await once(squatter, 'listening');
    const elsewhere = await start(dataDir);
    squatter.close();
    expect(elsewhere.port).not.toBe(before.port);
    expect(await first(elsewhere.ownerUrl, 'SELECT value FROM kept')).toEqual({ value: 1 });
    await elsewhere.stop();
  });

  test('makes what a start that was killed half way did not get to', async () => {
    const dataDir = newFolder();
    const child = spawnStart(dataDir);
    await until(() => readdirSync(dataDir).some((name) => name.startsWith('cluster.new-')));
    await kill(child);
    expect(existsSync(path.join(dataDir, 'cluster'))).toBe(false);

    const server = await start(dataDir);
    await first(server.superuserUrl, 'DROP DATABASE sync_operations');
    await server.stop();
    const healed = await start(dataDir);
    expect(await first(healed.ownerUrl, 'SELECT current_user::text AS me')).toEqual({ me: 'sync_owner' });
    await healed.stop();
    expect(readdirSync(dataDir).filter((name) => name.startsWith('cluster.new-') || name.includes('password'))).toEqual(
      [],
    );
  });

  test('survives a Ctrl-C in the terminal of the process that started it', async () => {
    const { child, server } = await startInChild(await usedFolder());
    process.kill(-Number(child.pid), 'SIGINT');
    await once(child, 'message');
    expect(await first(server.ownerUrl, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('is adopted, committed rows and all, when the process that started it was killed', async () => {
    const dataDir = await usedFolder();
    const { child, server } = await startInChild(dataDir);
    await first(server.ownerUrl, 'CREATE TABLE adopted AS SELECT 1 AS value');
    const pid = postmasterPid(dataDir);
    await kill(child);

    const adopted = await start(dataDir);
    expect(postmasterPid(dataDir)).toBe(pid);
    expect(await first(adopted.ownerUrl, 'SELECT value FROM adopted')).toEqual({ value: 1 });
    await adopted.stop();
    expect(identify(Number(pid))).toBeUndefined();
  });

  test('recovers when both it and the process that started it were killed', async () => {
    const dataDir = await usedFolder();
    const { child, server } = await startInChild(dataDir);
    await first(server.ownerUrl, 'CREATE TABLE recovered AS SELECT 1 AS value');
    await kill(child);
    process.kill(Number(postmasterPid(dataDir)), 'SIGKILL');

    const recovered = await start(dataDir);
    expect(await first(recovered.ownerUrl, 'SELECT value FROM recovered')).toEqual({ value: 1 });
    await recovered.stop();
  });

  test('starts although its stale postmaster.pid names a process that is not PostgreSQL', async () => {
    const dataDir = await usedFolder();
    // A child of the server's own user, which is what Postgres itself would mistake for a server.
    const { uid, gid } = statSync(path.join(dataDir, 'cluster'));
    const stranger = spawn('sleep', ['60'], {
      ...(isRoot ? { uid, gid } : {}),
    });
    children.push(stranger);
    await once(stranger, 'spawn');
    writeFileSync(
      path.join(dataDir, 'cluster/postmaster.pid'),
      `${stranger.pid}\n/elsewhere\n1\n5432\n\nlocalhost\n\nready\n`,
    );
    await (await start(dataDir)).stop();
  });

  test('does not stop another server that got its pid after a crash', async () => {
    const [dataDir, elsewhere] = [await usedFolder(), newFolder()];
    const [crashed, stranger] = [await start(dataDir), await start(elsewhere)];
    process.kill(Number(postmasterPid(dataDir)), 'SIGKILL');
    const file = path.join(dataDir, 'cluster/postmaster.pid');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(postmasterPid(elsewhere))));
    await crashed.stop();
    expect(await first(stranger.ownerUrl, 'SELECT 1 AS one')).toEqual({ one: 1 });
    await stranger.stop();
    await (await start(dataDir)).stop();
  });

  test('is left running by a second process that stops, and stopped by the last one', async () => {
    const dataDir = await usedFolder();
    const { child, server } = await startInChild(dataDir);
    const second = await start(dataDir);
    expect(second.port).toBe(server.port);
    await second.stop();
    expect(await first(server.ownerUrl, 'SELECT 1 AS one')).toEqual({ one: 1 });

    const third = await start(dataDir);
    await kill(child);
    await third.stop();
    expect(postmasterPid(dataDir)).toBeUndefined();
  });

  test('is created once when two processes start it at the same time', async () => {
    const dataDir = newFolder();
    const [one, two] = await Promise.all([startInChild(dataDir), startInChild(dataDir)]);
    expect(one.server).toEqual(two.server);
    const pid = Number(postmasterPid(dataDir));
    for (const { child } of [one, two]) {
      expect(identify(pid)).toBeDefined();
      child.send('stop');
      await once(child, 'exit');
    }
    expect(identify(pid)).toBeUndefined();
  });

  test('in a copied folder is a server of its own, even while the original runs', async () => {
    const [original, copy] = [newFolder(), newFolder()];
    const running = await start(original);
    await first(running.superuserUrl, 'CHECKPOINT');
    cpSync(original, copy, { recursive: true });
    chmodSync(path.join(copy, 'cluster'), 0o700);
    if (isRoot) chownLike(path.join(original, 'cluster'), path.join(copy, 'cluster'));
    const own = await start(copy);
    expect(own.port).not.toBe(running.port);
    await own.stop();
    expect(await first(running.ownerUrl, 'SELECT 1 AS one')).toEqual({ one: 1 });
    await running.stop();
  });

  // Only root hands the server to another user, who must get through to it.
  if (isRoot) {
    test('works for root below a folder that is closed to everybody else', async () => {
      const dataDir = newFolder(0o700);
      const { child, server } = await startInChild(dataDir);
      await first(server.ownerUrl, 'CREATE TABLE kept AS SELECT 1 AS value');
      await kill(child);
      process.kill(Number(postmasterPid(dataDir)), 'SIGKILL');
      const again = await start(dataDir);
      expect(await first(again.ownerUrl, 'SELECT value FROM kept')).toEqual({ value: 1 });
      await again.stop();
    });
  }

  test('says in a sentence what is wrong with its data folder', async () => {
    const dataDir = newFolder();
    await (await start(dataDir)).stop();
    await expect(startEmbeddedPostgres({ dataDir, settings: { shared_buffers: 'lots' } })).rejects.toThrow(
      /PostgreSQL did not start; .*postgres\.log ends with:[\s\S]*shared_buffers/,
    );
    writeFileSync(path.join(dataDir, 'cluster/PG_VERSION'), '12\n');
    await expect(start(dataDir)).rejects.toThrow(/was made by PostgreSQL 12 .* delete .* or set DATABASE_URL/);
    rmSync(path.join(dataDir, 'credentials.json'));
    await expect(start(dataDir)).rejects.toThrow(/credentials\.json is missing, so nobody can log in/);
  });
});

/** An empty data folder, which root's server user may pass through unless the mode forbids it. */
function newFolder(mode = 0o711): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'embedded postgres '));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
}

/** The data folder of a server that has run and stopped; shared, because creating one takes seconds. */
async function usedFolder(): Promise<string> {
  if (used === undefined) {
    used = newFolder();
    await (await start(used)).stop();
  }
  return used;
}

function start(dataDir: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, settings });
}

/** A Node process that starts the database, leads its own process group, handles a SIGINT and stops on request. */
function spawnStart(dataDir: string, env = process.env): ChildProcess {
  const program = `
    import { startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
    process.on('SIGINT', () => process.send('interrupted'));
    const server = await startEmbeddedPostgres({ dataDir: process.argv[1], settings: ${JSON.stringify(settings)} });
    process.once('message', () => server.stop().then(() => process.disconnect()));
    process.send(server);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, dataDir], {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  return child;
}

async function startInChild(dataDir: string, env = process.env) {
  const child = spawnStart(dataDir, env);
  const [server] = (await once(child, 'message')) as [EmbeddedPostgres];
  return { child, server };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function killServer(dataDir: string): Promise<void> {
  const pid = postmasterPid(dataDir);
  if (pid === undefined || !isPostgresServer(pid)) return;
  process.kill(pid, 'SIGQUIT');
  await until(() => !identify(pid));
}

function postmasterPid(dataDir: string): number | undefined {
  const file = path.join(dataDir, 'cluster/postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

async function first(url: string, query: string): Promise<Record<string, unknown> | undefined> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(query)).rows[0];
  } finally {
    await client.end();
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

function chownLike(original: string, copy: string): void {
  const { uid, gid } = statSync(original);
  for (const entry of ['.', ...readdirSync(copy, { recursive: true, encoding: 'utf8' })]) {
    chownSync(path.join(copy, entry), uid, gid);
  }
}
