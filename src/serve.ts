import { loadEnvironment } from './config/environment.ts';
import { createApp } from './create-app.ts';
import { type OpenDatabase, openDatabase } from './database/open-database.ts';
import { printableError } from './database/printable-error.ts';
import { issueDevelopmentAccess } from './development-access.ts';

/** Starts the service and returns when it listens; a wrong configuration ends the process with one sentence. */
export async function serve(): Promise<void> {
  let database: OpenDatabase | undefined;
  try {
    const environment = loadEnvironment();
    database = await openDatabase(environment, (line) => console.log(line));
    const app = await createApp(database.environment);
    stopOnSignal(app, database);
    await app.listen(environment.PORT, environment.HOST);
    // The address as it is: PORT=0 takes a free one.
    const address = (await app.getUrl()).replace('[::1]', 'localhost');
    console.log(`Sync Operations listens on ${address} (API documentation: ${address}/docs)`);
    if (database.embedded) await issueDevelopmentAccess(database.environment, database.embedded.ownerUrl, address);
  } catch (error) {
    console.error(printableError(error));
    await database?.embedded?.stop();
    process.exit(1);
  }
}

/** Drains: requests at work are answered, then the pool ends, and the embedded Postgres stops last. */
function stopOnSignal(app: { close(): Promise<void> }, { embedded }: OpenDatabase): void {
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await app.close();
    await embedded?.stop();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping ??= stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(printableError(error));
          process.exit(1);
        },
      );
    });
  }
}
