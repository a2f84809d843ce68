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
import { renameDurably } from './atomic-file.ts';
import type { DataFolder } from './data-folder.ts';
import { EmbeddedPostgresError } from './embedded-postgres.error.ts';
import { type PostgresCredentials, superuser } from './postgres.credentials.ts';
import { isReachable, type PostgresInstallation, runOnCluster } from './postgres.programs.ts';
import { logEnd, logSize } from './server.log.ts';
import { includeSettings } from './server.settings.ts';

const unfinishedPrefix = 'cluster.new-';

/**
 * Makes the cluster unless there is one. A first start that was killed half way leaves only a temporary folder, which the
 * next one removes before it begins anew. The caller holds the data folder's lock.
 */
export async function ensureCluster(
  installation: PostgresInstallation,
  credentials: PostgresCredentials,
  options: { readonly sync: boolean; readonly log: (line: string) => void },
): Promise<void> {
  const { folder, account, version } = installation;
  removeLeftovers(folder);
  if (existsSync(folder.cluster)) return checkMadeBy(version.major, folder);
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

async function initialise(
  installation: PostgresInstallation,
  cluster: string,
  password: string,
  sync: boolean,
): Promise<void> {
  const { folder, account, version } = installation;
  writeFileSync(folder.initialPassword, password, { flag: 'wx', mode: 0o600 });
  if (account) chownSync(folder.initialPassword, account.uid, account.gid);
  const descriptor = openSync(folder.initialPassword, 'r');
  const logStart = logSize(folder);
  try {
    const args = [
      `--username=${superuser}`,
      '--auth=scram-sha-256',
      `--pwfile=${isReachable(installation) ? folder.initialPassword : '/proc/self/fd/3'}`,
      '--encoding=UTF8',
      '--locale=C',
      // C.UTF-8 sorts by code point, the same on every machine, and knows upper and lower case beyond ASCII.
      ...(version.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
      '--no-instructions',
      ...(sync ? [] : ['--no-sync']),
    ];
    const code = await runOnCluster(installation, 'initdb', cluster, args, { descriptor });
    if (code === 0) return;
    throw new EmbeddedPostgresError(
      `The database cluster could not be created (initdb ended with ${code}); ${folder.log} ends with:\n${logEnd(folder, logStart)}`,
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

function checkMadeBy(major: number, folder: DataFolder): void {
  const versionFile = path.join(folder.cluster, 'PG_VERSION');
  const made = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : 'unknown';
  if (made === String(major)) return;
  throw new EmbeddedPostgresError(
    `The database in ${folder.cluster} was made by PostgreSQL ${made} and this is PostgreSQL ${major}: export it with PostgreSQL ${made} and delete ${folder.root} to begin with an empty database, or set DATABASE_URL.`,
  );
}
