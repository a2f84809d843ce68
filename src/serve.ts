import { printableError } from './commands/printable.error.ts';
import { ConfigurationError, loadEnvironment } from './config/environment.ts';
import { openDatabase } from './database/open-database.ts';
import { makeDevelopmentAccess, printDevelopmentAccess } from './development-access.ts';
import { stopApp, stopDatabase } from './stop.ts';

type Closer = () => Promise<unknown> | undefined;

/** Starts the service and returns when it listens; a wrong configuration ends the process with one sentence. */
export async function serve(): Promise<void> {
  // Closed in reverse: open requests get their responses, then the pool ends, and the embedded Postgres stops last.
  const closers: Closer[] = [];
  stopOnSignal(closers);
  let variable: string | undefined;
  try {
    const environment = loadEnvironment();
    variable = environment.databaseVariable;
    // Loading blocks, so it begins after the environment is checked (a wrong variable is reported at once) and Postgres is starting.
    const load = () => import('./create-app.ts');
    const { environment: opened, embedded } = await openDatabase(
      environment,
      (line) => console.log(line),
      () => load().catch(() => undefined),
    );
    closers.unshift(() => stopDatabase(embedded));
    const { createApp, warn } = await load();
    // Loaded only when somebody wants the spans.
    if (environment.OTEL_EXPORTER_OTLP_ENDPOINT) {
      const { startTracing } = await import('./tracing/start.tracing.ts');
      closers.unshift(startTracing(environment, warn));
    }
    const app = await createApp(opened);
    closers.unshift(() => stopApp(app, environment.SYNC_DRAIN_SECONDS));
    const access =
      embedded && environment.SYNC_WORKER !== 'only'
        ? await makeDevelopmentAccess(opened, embedded.ownerUrl)
        : undefined;
    await app.listen(environment.PORT, environment.HOST).catch((error) => refuseAddress(error, environment.PORT));
    // The actual address: with PORT=0 the system chooses a free port.
    const address = (await app.getUrl()).replace('[::1]', 'localhost');
    if (environment.SYNC_WORKER === 'only') {
      console.log(`Sync Operations listens on ${address} (health and metrics only: SYNC_WORKER=only)`);
      return;
    }
    console.log(`Sync Operations listens on ${address} (API documentation: ${address}/docs)`);
    if (access) printDevelopmentAccess(access, address);
  } catch (error) {
    console.error(printableError(error, variable));
    await close(closers).catch(() => undefined);
    process.exit(1);
  }
}

/** Names the address as the cause of any error of `listen`: ENOTFOUND, for example, could otherwise be read as the database's. */
function refuseAddress(error: NodeJS.ErrnoException, port: number): never {
  throw new ConfigurationError(
    error.code === 'EADDRINUSE'
      ? `PORT ${port} is taken by another process; set PORT to a free one.`
      : `HOST or PORT cannot be listened on (${error.message}).`,
  );
}

function stopOnSignal(closers: readonly Closer[]): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    try {
      await close(closers);
      process.exit(0);
    } catch (error) {
      console.error(printableError(error));
      process.exit(1);
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function close(closers: readonly Closer[]): Promise<void> {
  for (const closer of closers) await closer();
}
