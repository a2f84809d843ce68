import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { EmbeddedPostgresError, reason } from './embedded-postgres.error.ts';
import type { ServerAccount } from './server.account.ts';

/** One run of initdb or pg_ctl. */
export interface ToolRun {
  readonly file: string;
  readonly args: readonly string[];
  /** The cluster folder: see `clusterPath`. */
  readonly cwd: string;
  readonly account: ServerAccount | undefined;
  /** Takes what the tool, and a server it starts, prints. */
  readonly logFile: string;
  /** Inherited by the tool as descriptor 3. */
  readonly descriptor?: number;
  /** In a session of its own, which a Ctrl-C in our terminal does not reach. */
  readonly detached?: boolean;
}

/** Only what the programs need: PG* variables would change what they do, and the rest may hold the service's secrets. */
const passedOn = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'ComSpec'];

/** Runs a tool to its end and returns its exit code (128 when a signal ended it). */
export function runTool(run: ToolRun): Promise<number> {
  const log = openSync(run.logFile, 'a', 0o600);
  return new Promise<number>((resolve, reject) => {
    // To the file and not through pipes: the server outlives us and would break on writing to a pipe nobody reads.
    const child = spawn(run.file, run.args, {
      cwd: run.cwd,
      env: environment(),
      stdio: ['ignore', log, log, ...(run.descriptor === undefined ? [] : [run.descriptor])],
      detached: run.detached ?? false,
      windowsHide: true,
      ...(run.account ?? {}),
    });
    child.once('error', (error) => {
      const message = `${run.file} could not be run (${reason(error)}).`;
      reject(new EmbeddedPostgresError(message, { cause: error }));
    });
    child.once('exit', (code) => resolve(code ?? 128));
  }).finally(() => closeSync(log));
}

function environment(): NodeJS.ProcessEnv {
  // LC_ALL: without any locale initdb falls back to SQL_ASCII and on macOS the server refuses to start.
  const chosen: NodeJS.ProcessEnv = { LC_ALL: 'C', TZ: 'UTC' };
  for (const name of passedOn) {
    if (process.env[name] !== undefined) chosen[name] = process.env[name];
  }
  return chosen;
}
