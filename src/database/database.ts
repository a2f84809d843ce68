import pg from 'pg';

/** A statement with its values; SQL text and values are written side by side in the `*.sql.ts` file of each module. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

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

/**
 * The pool of the service's role. Pipelined: a transaction whose statements are known goes out in one network round trip.
 * Nothing here depends on a session, so a transaction pooler (PgBouncer, Neon) may be in between.
 */
export function createPool(connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    pipeline: true,
    keepAlive: true,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
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
  return pool;
}
