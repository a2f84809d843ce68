import pg from 'pg';
import { settingsFor } from './session.settings.ts';
import { isSilence } from './sqlstate.ts';
import { answerWithin, BEGIN, COMMIT, inOneRoundTrip } from './transaction.ts';

const TIMESTAMPTZ = 1184;
const BIGINT = 20;

/** RFC 3339 with microseconds, the same text that row_to_json gives; a Date would lose them and with them exact cursors. */
function rfc3339(value: string): string {
  return `${value.replace(' ', 'T')}${/[+-]\d\d$/.test(value) ? ':00' : ''}`;
}

const parsers = new Map<number, (value: string) => unknown>([
  [TIMESTAMPTZ, rfc3339],
  [BIGINT, Number],
]);

/** A pool and the deadlines of its connections. */
export interface PoolOptions {
  readonly max: number;
  /** How long a statement may run; one that says nothing for longer ends its connection. */
  readonly runMs: number;
  /** How long to wait for a connection. */
  readonly connectMs?: number;
}

/** A database that was suspended needs a second or two to wake; who waits for a connection and then for an answer is told within 10 s. */
const CONNECT_MS = 3_000;
/** Finds connections on which nothing is asked and whose other end is gone without a word: some ten seconds after this. */
const KEEP_ALIVE_MS = 5_000;

/**
 * The pool of the service's role. Pipelined: a transaction whose statements are known goes out in one network round trip.
 * Nothing here depends on a session, so a transaction pooler (PgBouncer, Neon) may be in between.
 */
export function createPool(connectionString: string, { max, runMs, connectMs = CONNECT_MS }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: connectMs,
    query_timeout: answerWithin(runMs),
    application_name: 'sync-operations',
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        (format !== 'binary' && parsers.get(oid)) ||
        pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  } as pg.PoolConfig);
  // The loss of a connection that somebody holds, between two of their statements, would end the process. Their next statement
  // fails all the same.
  pool.on('connect', (client) => client.on('error', () => undefined));
  // Without a listener the loss of an idle connection (Neon suspends, an admin terminates) would end the process, too.
  pool.on('error', () => undefined);
  pool.on('release', (error) => {
    if (isSilence(error)) dropIdle(pool);
  });
  return pool;
}

/** As `createPool`; each `query` is a transaction that sets what our statements rely on, in one network round trip. */
export function createSettledPool(connectionString: string, options: PoolOptions): pg.Pool {
  const pool = createPool(connectionString, options);
  const settings = settingsFor(options.runMs);
  const query = async (text: string, values?: unknown[]): Promise<pg.QueryResult> => {
    const client = await pool.connect();
    let failure: unknown;
    try {
      const [, , result] = await inOneRoundTrip<object>(client, [BEGIN, settings, { text, values }, COMMIT]);
      return result as pg.QueryResult;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      client.release(failure instanceof Error ? failure : failure !== undefined);
    }
  };
  return Object.assign(pool, { query });
}

/** When one connection is silent, those that were used before it are, too, as a rule: they are given up, not tried one by one. */
function dropIdle(pool: pg.Pool): void {
  for (let count = pool.idleCount; count > 0; count -= 1)
    pool.connect().then(
      (client) => client.release(true),
      () => undefined,
    );
}
