import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { within } from './common/clock.ts';
import { Draining } from './health/draining.ts';

// Orchestrators kill 30 s after SIGTERM. The steps below end before, whatever hangs: a body that does not arrive, a reader that does
// not read, a run, a database that does not answer.

/** From the signal until the connections that are still open are cut: every request is answered within 10 s, an export is cut off. */
const CUT_AFTER_MS = 18_000;
/** From the signal until the service is left alone, however far it is. */
const APP_ENDS_WITHIN_MS = 24_000;
/** Postgres' own stop; it recovers from a cut at the next start. */
const DATABASE_ENDS_WITHIN_MS = 4_500;

/** Says that it stops, answers what was asked, and ends all work, or leaves it. */
export async function stopApp(app: NestFastifyApplication, drainSeconds: number): Promise<void> {
  const server = app.getHttpServer();
  const cut = setTimeout(() => server.closeAllConnections(), CUT_AFTER_MS);
  const stopped = (async () => {
    if (server.listening) await app.get(Draining).begin(server, drainSeconds * 1_000);
    await app.close();
  })();
  if (!(await within(APP_ENDS_WITHIN_MS, stopped))) console.error('The service did not stop in time and was cut off.');
  clearTimeout(cut);
}

export async function stopDatabase(embedded: { stop(): Promise<void> } | undefined): Promise<void> {
  await within(DATABASE_ENDS_WITHIN_MS, embedded?.stop());
}
