import { reason } from './embedded-postgres.error.ts';
import { isAlive } from './process.identity.ts';
import type { Postmaster } from './server.adoption.ts';

/** Often enough that nobody waits long, and rare enough that reading the process table costs nothing. */
const CHECK_EVERY_MS = 2_000;

/**
 * Starts the server again whenever its process is gone, such as after the system killed it for its memory: `restart` does it, and is
 * tried again at the next look when it fails. Returns what ends the supervision, once a restart under way is over.
 */
export function superviseServer(
  first: Postmaster,
  restart: () => Promise<Postmaster>,
  log: (line: string) => void,
): () => Promise<void> {
  let server = first;
  let timer: ReturnType<typeof setTimeout>;
  let stopped = false;
  let look: Promise<void> | undefined;

  const check = async () => {
    if (isAlive(server)) return;
    log(`PostgreSQL (process ${server.pid}) is gone; starting it again`);
    try {
      server = await restart();
      log(`PostgreSQL runs again on 127.0.0.1:${server.port}`);
    } catch (error) {
      log(`PostgreSQL could not be started again (${reason(error)})`);
    }
  };
  const schedule = () => {
    timer = setTimeout(() => {
      look = check().finally(() => stopped || schedule());
    }, CHECK_EVERY_MS);
    timer.unref();
  };
  schedule();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await look;
  };
}
