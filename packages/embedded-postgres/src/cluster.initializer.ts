import {
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { type DataFolder, renameDurably } from './data-folder.ts';
import { EmbeddedPostgresError } from './embedded-postgres.error.ts';
import { asSuperuser, databaseName, owner, type PostgresCredentials, superuser } from './postgres.credentials.ts';
import { lastLines, type PostgresInstallation, runProgram } from './postgres.programs.ts';
import { includeSettings } from './server.process.ts';

const unfinishedPrefix = 'cluster.new-';

/** Any number, the same in every process. */
const provisioningLock = 7_367_011;

/**
 * Creates the cluster unless there is one. A first start that was killed half way leaves only a temporary folder, which the
 * next one removes before it starts over. The caller holds the data folder's lock.
 */
export async function ensureCluster(
  installation: PostgresInstallation,
  credentials: PostgresCredentials,
  options: { readonly sync: boolean; readonly log: (line: string) => void },
): Promise<void> {
  const { folder, account, version } = installation;
  removeLeftovers(folder);
  if (existsSync(folder.cluster)) return checkMajorVersion(folder, version.major);
  options.log(`first start: creating the database cluster in ${folder.root}…`);
  const unfinished = mkdtempSync(path.join(folder.root, unfinishedPrefix));
  if (account) chownSync(unfinished, account.uid, account.gid);
  try {
    await initialise(installation, unfinished, credentials.superuser, options.sync);
    includeSettings(unfinished);
    renameDurably(unfinished, folder.cluster);
  } finally {
    removeLeftovers(folder);
  }
}

/**
 * Creates the owner role and its database, or what is missing of them after a start that was killed in between. Migrations
 * create the other roles. The caller holds the data folder's lock.
 */
export async function provisionDatabase(port: number, credentials: PostgresCredentials): Promise<void> {
  await asSuperuser(port, credentials.superuser, async (client) => {
    // A killed process may have left a session that is still doing this: its statement ends first.
    await client.query('SELECT pg_advisory_lock($1)', [provisioningLock]);
    if (!(await exists(client, 'SELECT 1 FROM pg_roles WHERE rolname = $1', owner))) {
      await client.query(`CREATE ROLE ${owner}`);
    }
    // DDL takes no parameters. Each time: this also heals a role made without its attributes or with an older password.
    const password = client.escapeLiteral(credentials.owner);
    await client.query(
      `ALTER ROLE ${owner} LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS NOCREATEDB NOREPLICATION PASSWORD ${password}`,
    );
    if (!(await exists(client, 'SELECT 1 FROM pg_database WHERE datname = $1', databaseName))) {
      await client.query(`CREATE DATABASE ${databaseName} OWNER ${owner} TEMPLATE template0 ENCODING 'UTF8'`);
    }
    // Logins made later have nothing to do here, where they could hold the lock above.
    await client.query('REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC');
    await client.query(`ALTER DATABASE ${databaseName} OWNER TO ${owner}`);
    await client.query(`ALTER DATABASE ${databaseName} SET timezone TO 'UTC'`);
  });
}

async function exists(client: pg.Client, query: string, name: string): Promise<boolean> {
  return (await client.query(query, [name])).rows.length > 0;
}

async function initialise(
  installation: PostgresInstallation,
  cluster: string,
  password: string,
  sync: boolean,
): Promise<void> {
  const { folder, account, isReachable, version } = installation;
  writeFileSync(folder.initialPassword, password, { flag: 'wx', mode: 0o600 });
  if (account) chownSync(folder.initialPassword, account.uid, account.gid);
  const descriptor = openSync(folder.initialPassword, 'r');
  try {
    const args = [
      `--username=${superuser}`,
      '--auth=scram-sha-256',
      `--pwfile=${isReachable ? folder.initialPassword : '/proc/self/fd/3'}`,
      '--encoding=UTF8',
      '--locale=C',
      // C.UTF-8 sorts by code point, the same on every machine, and knows upper and lower case beyond ASCII.
      ...(version.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
      '--no-instructions',
      ...(sync ? [] : ['--no-sync']),
    ];
    const { code, output } = await runProgram(installation, 'initdb', cluster, args, { descriptor });
    if (code === 0) return;
    throw new EmbeddedPostgresError(
      `The database cluster could not be created (initdb ended with ${code}); ${folder.log} ends with:\n${lastLines(output)}`,
    );
  } finally {
    closeSync(descriptor);
    rmSync(folder.initialPassword, { force: true });
  }
}

function removeLeftovers(folder: DataFolder): void {
  rmSync(folder.initialPassword, { force: true });
  for (const entry of readdirSync(folder.root)) {
    if (!entry.startsWith(unfinishedPrefix)) continue;
    // An initdb that outlived its killed parent may still be writing: it fails soon after, and its remains can wait.
    try {
      rmSync(path.join(folder.root, entry), { recursive: true, force: true, maxRetries: 3 });
    } catch {}
  }
}

function checkMajorVersion(folder: DataFolder, major: number): void {
  const versionFile = path.join(folder.cluster, 'PG_VERSION');
  const madeBy = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : 'unknown';
  if (madeBy === String(major)) return;
  throw new EmbeddedPostgresError(
    `The database in ${folder.cluster} was made by PostgreSQL ${madeBy} and this is PostgreSQL ${major}: export it with PostgreSQL ${madeBy} and delete ${folder.root} to begin with an empty database, or set DATABASE_URL.`,
  );
}
