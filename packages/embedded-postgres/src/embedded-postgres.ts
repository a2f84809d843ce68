import { ensureCluster, provisionDatabase } from './cluster.initializer.ts';
import { withLock } from './data-folder.lock.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { EmbeddedPostgresError, reason } from './embedded-postgres.error.ts';
import type { PostgresBinaries } from './postgres.binaries.ts';
import { connectionUrls, loadCredentials } from './postgres.credentials.ts';
import { type PostgresInstallation, prepareInstallation } from './postgres.programs.ts';
import { adoptRunningServer } from './server.adoption.ts';
import { freePort, startServer, stopServer } from './server.process.ts';
import { superviseServer } from './server.supervision.ts';
import { addUser, rememberedPort, removeUser } from './server.users.ts';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, its credentials and its log; created when missing. */
  readonly dataDir: string;
  /** Extra postgresql settings, e.g. `{ fsync: 'off' }` for tests. A server that is already running keeps its own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Takes one line of progress for people. */
  readonly log?: (line: string) => void;
  /** Called once the program of the server runs: time for work that blocks. Not called when a running server is adopted. */
  readonly meanwhile?: () => void;
  /** Starts the server again, on the same port, when it is killed. Not for a command that ends soon. */
  readonly supervise?: boolean;
  /** Default: those of the platform's package. */
  readonly binaries?: PostgresBinaries;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** The role that owns the database and migrates it. */
  readonly ownerUrl: string;
  /** The role the service connects as. Migrations create it, with the password found in this URL. */
  readonly appUrl: string;
  /** For cloning template databases in tests; the service itself never uses it. */
  readonly superuserUrl: string;
  /**
   * Ends this process's use of the server. The last live process that uses a data folder stops its server; as long as another
   * live process uses it, the server keeps running. Idempotent.
   */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL in a data folder, created at the first start, or adopts the one that already runs there. The
 * owner role and its database exist afterwards; migrations do the rest. Rejects with EmbeddedPostgresError.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = openDataFolder(options.dataDir);
  try {
    return await withFolderLock(folder, options, () => start(folder, options));
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(`The database in ${folder.root} could not be started (${reason(error)}).`, {
      cause: error,
    });
  }
}

async function start(folder: DataFolder, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { settings = {}, log = () => {}, meanwhile, supervise = false } = options;
  const installation = await prepareInstallation(folder, options.binaries, log);
  const credentials = loadCredentials(folder);
  await ensureCluster(installation, credentials, { sync: settings.fsync !== 'off', log });
  const adopted = await adoptRunningServer(folder, credentials.superuser);
  const server = adopted ?? (await startServer(installation, rememberedPort(folder), settings, meanwhile));
  const { port } = server;
  let id = addUser(folder, server);
  try {
    await provisionDatabase(port, credentials);
  } catch (error) {
    await leave(installation, id);
    throw error;
  }
  log(`PostgreSQL ${installation.version.full} ${adopted ? 'already runs' : 'is ready'} on 127.0.0.1:${port}`);
  // Whoever shares the folder may have started it again before.
  const restart = () =>
    withFolderLock(folder, options, async () => {
      const found = await adoptRunningServer(folder, credentials.superuser);
      const next = found ?? (await startServer(installation, await samePort(port), settings));
      removeUser(folder, id);
      id = addUser(folder, next);
      return next;
    });
  const endSupervision = supervise ? superviseServer(server, restart, log) : undefined;
  let stopping: Promise<void> | undefined;
  return {
    port,
    ...connectionUrls(port, credentials),
    stop: () => {
      stopping ??= (async () => {
        await endSupervision?.();
        await withFolderLock(folder, options, () => leave(installation, id));
      })();
      return stopping;
    },
  };
}

/** The URLs that are in use name the port. */
async function samePort(port: number): Promise<number> {
  if ((await freePort(port)) === port) return port;
  throw new EmbeddedPostgresError(`Another program listens on 127.0.0.1:${port}.`);
}

/** Starting and stopping take turns: without the lock two processes could start two servers on one cluster. */
function withFolderLock<T>(folder: DataFolder, { log }: EmbeddedPostgresOptions, work: () => Promise<T>): Promise<T> {
  const announce = (holder: number | undefined) =>
    log?.(`waiting for process ${holder ?? '?'}, which is starting or stopping the database in ${folder.root}…`);
  return withLock(folder.lock, announce, work);
}

async function leave(installation: PostgresInstallation, id: string): Promise<void> {
  const unused = removeUser(installation.folder, id);
  if (unused) await stopServer(installation, unused);
}
