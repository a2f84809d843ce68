import { reason } from './embedded-postgres.error.ts';
import { isAlive } from './process.identity.ts';
import type { Postmaster } from './server.adoption.ts';

/** Often enough that nobody waits long, and rare enough that reading the process table costs nothing. */
const CHECK_EVERY_MS = 2_000;
/** A disk that is full stays so for hours, and its log may be on it: one account a minute says as much. */
const TELL_EVERY_MS = 60_000;

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
  let toldAt: number | undefined;

  const check = async () => {
    if (isAlive(server)) return;
    const isTold = toldAt !== undefined && performance.now() - toldAt < TELL_EVERY_MS;
    if (!isTold) log(`PostgreSQL (process ${server.pid}) is gone; starting it again`);
    try {
      server = await restart();
      toldAt = undefined;
      log(`PostgreSQL runs again on 127.0.0.1:${server.port}`);
    } catch (error) {
      if (isTold) return;
      toldAt = performance.now();
      log(`PostgreSQL could not be started again and is tried on (${reason(error)})`);
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
