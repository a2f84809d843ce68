import { ensureCluster } from './cluster.initializer.ts';
import { withLock } from './data-folder.lock.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { provisionDatabase } from './database.provisioner.ts';
import { EmbeddedPostgresError, reason } from './embedded-postgres.error.ts';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embedded-postgres.types.ts';
import {
  appRole,
  connectionUrl,
  databaseName,
  loadCredentials,
  owner,
  type PostgresCredentials,
  superuser,
} from './postgres.credentials.ts';
import { type PostgresInstallation, prepareInstallation } from './postgres.programs.ts';
import { adoptRunningServer } from './server.adoption.ts';
import { startServer, stopServer } from './server.process.ts';
import { join, leave, rememberedPort } from './server.users.ts';

export { EmbeddedPostgresError } from './embedded-postgres.error.ts';
export type { EmbeddedPostgres, EmbeddedPostgresOptions, PostgresBinaries } from './embedded-postgres.types.ts';

/**
 * Starts a real PostgreSQL in a data folder, created at the first start, or adopts the one that already runs there. The
 * owner role and its database exist afterwards; migrations do the rest. Rejects with EmbeddedPostgresError.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = openDataFolder(options.dataDir);
  try {
    return await lockedBy(folder, options, () => start(folder, options));
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(`The database in ${folder.root} could not be started (${reason(error)}).`, {
      cause: error,
    });
  }
}

async function start(folder: DataFolder, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { settings = {}, log = () => {} } = options;
  const installation = await prepareInstallation(folder, options.binaries, log);
  const credentials = loadCredentials(folder);
  await ensureCluster(installation, credentials, { sync: settings.fsync !== 'off', log });
  const adopted = await adoptRunningServer(folder, credentials.superuser);
  const port = adopted ?? (await startServer(installation, rememberedPort(folder), settings));
  const id = join(folder, port);
  try {
    await provisionDatabase(port, credentials);
  } catch (error) {
    await leaveServer(installation, id);
    throw error;
  }
  log(`PostgreSQL ${installation.version.full} ${adopted ? 'already runs' : 'is ready'} on 127.0.0.1:${port}`);
  let stopping: Promise<void> | undefined;
  return {
    port,
    ...urls(port, credentials),
    stop: () => {
      stopping ??= lockedBy(folder, options, () => leaveServer(installation, id));
      return stopping;
    },
  };
}

function lockedBy<T>(folder: DataFolder, { log }: EmbeddedPostgresOptions, work: () => Promise<T>): Promise<T> {
  const announce = (holder: number | undefined) =>
    log?.(`waiting for process ${holder ?? '?'}, which is starting or stopping the database in ${folder.root}…`);
  return withLock(folder.lock, announce, work);
}

async function leaveServer(installation: PostgresInstallation, id: string): Promise<void> {
  if (leave(installation.folder, id)) await stopServer(installation);
}

function urls(port: number, credentials: PostgresCredentials) {
  return {
    ownerUrl: connectionUrl(owner, credentials.owner, port, databaseName),
    appUrl: connectionUrl(appRole, credentials.app, port, databaseName),
    superuserUrl: connectionUrl(superuser, credentials.superuser, port, 'postgres'),
  };
}
