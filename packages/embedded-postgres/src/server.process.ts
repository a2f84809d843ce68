import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error.ts';
import { freePort } from './free.port.ts';
import { type PostgresInstallation, runOnCluster } from './postgres.programs.ts';
import { runningPostmaster } from './postmaster.file.ts';
import { identify, isAlive } from './process.identity.ts';
import { logEnd, logSince, logSize } from './server.log.ts';
import { writeSettings } from './server.settings.ts';

const retryForMs = 20_000;
const retryEveryMs = 100;
/** Recovery after a crash has to replay what was written since the last checkpoint. */
const startTimeoutSeconds = 300;
const stopTimeoutSeconds = 20;

/** Starts the server, in a session of its own, and returns its port once it takes connections. */
export async function startServer(
  installation: PostgresInstallation,
  preferredPort: number | undefined,
  settings: Readonly<Record<string, string>>,
): Promise<number> {
  const { folder } = installation;
  const deadline = Date.now() + retryForMs;
  for (let preferred = preferredPort; ; ) {
    const port = await freePort(preferred);
    writeSettings(folder.cluster, port, settings);
    const logStart = logSize(folder);
    const args = ['start', '--silent', '--wait', `--timeout=${startTimeoutSeconds}`];
    if ((await runOnCluster(installation, 'pg_ctl', folder.cluster, args, { detached: true })) === 0) return port;
    const said = logSince(folder, logStart);
    if (!isPassing(said) || Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start; ${folder.log} ends with:\n${logEnd(folder, logStart)}`,
      );
    }
    // Somebody took the port since we looked.
    if (/could not bind/.test(said)) preferred = undefined;
    await delay(retryEveryMs);
  }
}

/** Stops the server that runs on the cluster, if any; returns when its process is gone. */
export async function stopServer(installation: PostgresInstallation): Promise<void> {
  const { cluster, log } = installation.folder;
  const server = runningPostmaster(cluster);
  const identity = server && identify(server.pid);
  if (identity === undefined) return;
  // Fast ends the sessions and waits for a checkpoint; immediate leaves that to the recovery of the next start.
  for (const mode of ['fast', 'immediate']) {
    const args = ['stop', '--silent', '--wait', `--mode=${mode}`, `--timeout=${stopTimeoutSeconds}`];
    await runOnCluster(installation, 'pg_ctl', cluster, args, { detached: true });
    // pg_ctl waits for postmaster.pid to vanish, which the process does just before it ends.
    const deadline = Date.now() + 1_000;
    while (isAlive(identity) && Date.now() < deadline) await delay(5);
    if (!isAlive(identity)) return;
  }
  throw new EmbeddedPostgresError(`PostgreSQL (process ${identity.pid}) does not stop; see ${log}.`);
}

/** True for what goes away by itself: a port just taken, or sessions of a killed server that have not noticed yet. */
function isPassing(said: string): boolean {
  return /could not bind|pre-existing shared memory block/.test(said);
}
