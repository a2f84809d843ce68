import { existsSync } from 'node:fs';
import type { DataFolder } from './data-folder.ts';
import { EmbeddedPostgresError } from './embedded-postgres.error.ts';
import type { PostgresBinaries } from './embedded-postgres.types.ts';
import { ensureLibrarySymlinks } from './library.symlinks.ts';
import { type PostgresVersion, platformBinaries, readVersion } from './postgres.binaries.ts';
import { runTool, type ToolRun } from './postgres.tool.ts';
import { reachableBinaries } from './reachable.binaries.ts';
import { canReach, type ServerAccount, serverAccount } from './server.account.ts';

/** Programs that run, the user they run as, and the data folder they run on. */
export interface PostgresInstallation {
  readonly binaries: PostgresBinaries;
  readonly version: PostgresVersion;
  readonly account: ServerAccount | undefined;
  readonly folder: DataFolder;
}

/** Finds the binaries and whom to run them as, and puts right what keeps them from running. */
export async function prepareInstallation(
  folder: DataFolder,
  given: PostgresBinaries | undefined,
  log: (line: string) => void,
): Promise<PostgresInstallation> {
  const account = serverAccount(folder.cluster);
  const found = given ?? (await platformBinaries());
  ensureLibrarySymlinks(found);
  const binaries = account ? reachableBinaries(found, account, log) : found;
  return { binaries, version: readVersion(binaries), account, folder };
}

/** Runs one of the programs on a cluster folder as the right user. */
export function runOnCluster(
  installation: PostgresInstallation,
  tool: 'initdb' | 'pg_ctl',
  cluster: string,
  args: readonly string[],
  more: Pick<ToolRun, 'descriptor' | 'detached'> = {},
): Promise<number> {
  return runTool({
    file: installation.binaries[tool],
    args: [...args, '-D', isReachable(installation) ? cluster : '/proc/self/cwd'],
    cwd: cluster,
    account: installation.account,
    logFile: installation.folder.log,
    ...more,
  });
}

/**
 * False when the server's user may not pass through the folders above the data folder, as under /root. Linux still lets it work
 * there: a process that starts inside the cluster folder reaches it as /proc/self/cwd, and a file it inherited
 * as /proc/self/fd/N, without walking the path.
 */
export function isReachable({ account, folder, version }: PostgresInstallation): boolean {
  if (account === undefined || canReach(folder.root, account, 0o1)) return true;
  // Before 16 the programs leave their working folder to find themselves, and cannot return.
  if (version.major >= 16 && existsSync('/proc/self/cwd')) return false;
  throw new EmbeddedPostgresError(
    `PostgreSQL refuses to run as root, and no other user can reach ${folder.root}: start as an ordinary user, or choose a data folder outside root's home.`,
  );
}
