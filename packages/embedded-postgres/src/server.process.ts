import { appendFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeFileAtomically } from './data-folder.ts';
import { EmbeddedPostgresError } from './embedded-postgres.error.ts';
import { lastLines, type PostgresInstallation, runProgram } from './postgres.programs.ts';
import { isAlive } from './process.identity.ts';
import { type Postmaster, runningPostmaster } from './server.adoption.ts';

const retryForMs = 20_000;
const retryEveryMs = 100;
/** Recovery after a crash has to replay what was written since the last checkpoint. */
const startTimeoutSeconds = 300;
const stopTimeoutSeconds = 20;

/** A file and not command-line options: pg_ctl passes those through a shell. */
const settingsFile = 'embedded.conf';

/** Starts the server, in a session of its own, and returns it once it takes connections. */
export async function startServer(
  installation: PostgresInstallation,
  preferredPort: number | undefined,
  settings: Readonly<Record<string, string>>,
  meanwhile?: () => void,
): Promise<Postmaster> {
  const { cluster, log } = installation.folder;
  const deadline = Date.now() + retryForMs;
  for (let preferred = preferredPort; ; ) {
    const port = await freePort(preferred);
    writeSettings(cluster, port, settings);
    const args = ['start', '--silent', '--wait', `--timeout=${startTimeoutSeconds}`];
    const started = runProgram(installation, 'pg_ctl', cluster, args, { detached: true });
    meanwhile?.();
    const { code, output } = await started;
    const server = code === 0 ? runningPostmaster(cluster) : undefined;
    if (server) return { ...server, port };
    // These go away by themselves: a port that was just taken, and sessions of a killed server that have not noticed yet.
    const portWasTaken = /could not bind/.test(output);
    const isTransient = portWasTaken || /pre-existing shared memory block/.test(output);
    if (!isTransient || Date.now() > deadline) {
      throw new EmbeddedPostgresError(`PostgreSQL did not start; ${log} ends with:\n${lastLines(output)}`);
    }
    if (portWasTaken) preferred = undefined;
    await delay(retryEveryMs);
  }
}

/**
 * Stops a server and returns when its process is gone. pg_ctl signals whatever process `postmaster.pid` names, so only the
 * server that was identified is stopped, never one that got its pid after a crash.
 */
export async function stopServer(installation: PostgresInstallation, server: Postmaster): Promise<void> {
  const { cluster, log } = installation.folder;
  if (runningPostmaster(cluster)?.pid !== server.pid || !isAlive(server)) return;
  // Fast ends the sessions and waits for a checkpoint; immediate leaves that to the recovery of the next start.
  for (const mode of ['fast', 'immediate']) {
    const args = ['stop', '--silent', '--wait', `--mode=${mode}`, `--timeout=${stopTimeoutSeconds}`];
    await runProgram(installation, 'pg_ctl', cluster, args, { detached: true });
    // pg_ctl waits for postmaster.pid to vanish, which happens just before the process ends.
    const deadline = Date.now() + 1_000;
    while (isAlive(server) && Date.now() < deadline) await delay(5);
    if (!isAlive(server)) return;
  }
  throw new EmbeddedPostgresError(`PostgreSQL (process ${server.pid}) does not stop; see ${log}.`);
}

/** `preferred` when nothing listens there on 127.0.0.1, else a port the system picks. */
export async function freePort(preferred: number | undefined): Promise<number> {
  return (
    (preferred && (await tryPort(preferred))) || (await tryPort(0)) || Promise.reject(new Error('no free TCP port'))
  );
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const bound = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(bound));
    });
  });
}

/** Lets the cluster's own configuration read ours last. Where ours is missing the server must not start, on the default port. */
export function includeSettings(cluster: string): void {
  appendFileSync(path.join(cluster, 'postgresql.conf'), `\ninclude = '${settingsFile}'\n`);
}

/** Writes the settings the next start of the server reads. */
export function writeSettings(cluster: string, port: number, extra: Readonly<Record<string, string>>): void {
  const settings = {
    ...{ timezone: 'UTC', log_timezone: 'UTC', password_encryption: 'scram-sha-256' },
    // The log says what went wrong, and not the row that was refused: it may be a person's.
    log_error_verbosity: 'terse',
    ...extra,
    // Last: nothing may widen who can connect.
    ...{ port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '' },
  };
  const lines = Object.entries(settings).map(([name, value]) => `${checkName(name)} = ${quote(value)}\n`);
  // 0644: the server may run as another user than we do. It is in a 0700 folder and holds no secret.
  writeFileAtomically(path.join(cluster, settingsFile), `# Rewritten at each start.\n${lines.join('')}`, 0o644);
}

function checkName(name: string): string {
  if (/^[a-z_][\w.]*$/i.test(name)) return name;
  throw new EmbeddedPostgresError(`"${name}" is not the name of a PostgreSQL setting.`);
}

function quote(value: string): string {
  if (/[\r\n]/.test(value)) throw new EmbeddedPostgresError('The value of a PostgreSQL setting must be one line.');
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
