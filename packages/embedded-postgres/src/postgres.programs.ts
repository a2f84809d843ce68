import { spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { DataFolder } from './data-folder.ts';
import { EmbeddedPostgresError, reason } from './embedded-postgres.error.ts';
import {
  ensureLibrarySymlinks,
  type PostgresBinaries,
  type PostgresVersion,
  platformBinaries,
  readVersion,
} from './postgres.binaries.ts';
import { canReach, reachableBinaries, type ServerAccount, serverAccount } from './server.account.ts';

/** Only what the programs need: PG* variables would change what they do, and the rest may hold the service's secrets. */
const inheritedVariables = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'ComSpec'];

/** Programs that run, the user they run as, and the data folder they run on. */
export interface PostgresInstallation {
  readonly binaries: PostgresBinaries;
  readonly version: PostgresVersion;
  readonly account: ServerAccount | undefined;
  readonly folder: DataFolder;
  /**
   * False when the server's user may not pass through the folders above the data folder, as under /root. Linux still lets it
   * work there: a process that starts inside the cluster folder reaches it as /proc/self/cwd, and a file it inherited as
   * /proc/self/fd/N, without resolving the path.
   */
  readonly isReachable: boolean;
}

/** Finds the binaries and the user to run them as, and corrects what keeps them from running. */
export async function prepareInstallation(
  folder: DataFolder,
  given: PostgresBinaries | undefined,
  log: (line: string) => void,
): Promise<PostgresInstallation> {
  const account = serverAccount(folder.cluster);
  const found = given ?? (await platformBinaries());
  ensureLibrarySymlinks(found);
  const binaries = account ? reachableBinaries(found, account, log) : found;
  const version = readVersion(binaries);
  const isReachable = account === undefined || canReach(folder.root, account, 0o1);
  // Before 16 the programs leave their working folder to find themselves, and cannot return.
  if (!isReachable && (version.major < 16 || !existsSync('/proc/self/cwd'))) {
    throw new EmbeddedPostgresError(
      `PostgreSQL refuses to run as root, and no other user can reach ${folder.root}: start as an ordinary user, or choose a data folder outside root's home.`,
    );
  }
  return { binaries, version, account, folder, isReachable };
}

/** Runs a program on a cluster folder to its end, as the right user. */
export async function runProgram(
  { binaries, account, folder, isReachable }: PostgresInstallation,
  program: 'initdb' | 'pg_ctl',
  cluster: string,
  args: readonly string[],
  options: {
    /** The program inherits it as descriptor 3. */
    readonly descriptor?: number;
    /** Runs it in a session of its own, which a Ctrl-C in our terminal does not reach. */
    readonly detached?: boolean;
  } = {},
): Promise<{ /** 128 when a signal ended it. */ readonly code: number; readonly output: string }> {
  const log = openSync(folder.log, 'a+', 0o600);
  try {
    const start = fstatSync(log).size;
    const code = await new Promise<number>((resolve, reject) => {
      // To the file and not through pipes: the server outlives us and would break on writing to a pipe nobody reads.
      const child = spawn(binaries[program], [...args, '-D', isReachable ? cluster : '/proc/self/cwd'], {
        cwd: cluster,
        env: environment(),
        stdio: ['ignore', log, log, ...(options.descriptor === undefined ? [] : [options.descriptor])],
        detached: options.detached ?? false,
        windowsHide: true,
        ...(account ?? {}),
      });
      child.once('error', (error) => {
        const message = `${binaries[program]} could not be run (${reason(error)}).`;
        reject(new EmbeddedPostgresError(message, { cause: error }));
      });
      child.once('exit', (exitCode) => resolve(exitCode ?? 128));
    });
    return { code, output: readFrom(log, start) };
  } finally {
    closeSync(log);
  }
}

/** The end of a program's output, for an error message. */
export function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-8).join('\n');
}

function readFrom(file: number, position: number): string {
  const added = Buffer.alloc(Math.max(0, fstatSync(file).size - position));
  const length = readSync(file, added, 0, added.length, position);
  return added.toString('utf8', 0, length);
}

function environment(): NodeJS.ProcessEnv {
  // LC_ALL: without any locale initdb falls back to SQL_ASCII and on macOS the server refuses to start.
  const chosen: NodeJS.ProcessEnv = { LC_ALL: 'C', TZ: 'UTC' };
  for (const name of inheritedVariables) {
    if (process.env[name] !== undefined) chosen[name] = process.env[name];
  }
  return chosen;
}
