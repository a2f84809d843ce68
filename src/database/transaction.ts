import type pg from 'pg';
import type { Statement } from './database.ts';

/** The level is named, since a database may have another default. */
export const BEGIN: Statement = { text: 'BEGIN ISOLATION LEVEL READ COMMITTED' };
export const COMMIT: Statement = { text: 'COMMIT' };
export const ROLLBACK: Statement = { text: 'ROLLBACK' };

/**
 * Postgres ends a statement that runs too long, and says so. Only when nothing comes for this much longer, the connection is taken for
 * dead: the answer was not merely on its way.
 */
const SILENCE_MS = 1_000;

/** How long to wait for a statement that may run `runMs`. */
export const answerWithin = (runMs: number): number => runMs + SILENCE_MS;

/** The connection is destroyed when there is no answer `withinMs`; default: what its pool says. */
export function send<Row extends object>(
  client: pg.PoolClient,
  { text, values }: Statement,
  withinMs?: number,
): Promise<pg.QueryResult<Row>> {
  return client.query<Row>({ text, values: values as unknown[], query_timeout: withinMs } as pg.QueryConfig);
}

/** What is sent inside leaves together: a write costs a system call here and a wake-up of the server, four a request without this. */
export function inOnePacket<T>(client: pg.PoolClient, work: () => T): T {
  // pg corks the parts of each statement in the same way.
  const { stream } = (client as pg.PoolClient & pg.Client).connection;
  stream.cork();
  try {
    return work();
  } finally {
    stream.uncork();
  }
}

/**
 * Sends all statements before the first result arrives. Throws the first failure. COMMIT of a failed transaction raises no error but returns
 * ROLLBACK.
 */
export async function inOneRoundTrip<Row extends object>(
  client: pg.PoolClient,
  statements: readonly Statement[],
  withinMs?: number,
): Promise<pg.QueryResult<Row>[]> {
  const sent = inOnePacket(client, () => statements.map((statement) => send<Row>(client, statement, withinMs)));
  const settled = await Promise.allSettled(sent);
  const failed = settled.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  const results = settled.map((outcome) => (outcome as PromiseFulfilledResult<pg.QueryResult<Row>>).value);
  if (statements.at(-1) === COMMIT && results.at(-1)?.command !== 'COMMIT')
    throw new Error('the transaction was rolled back by the database at COMMIT');
  return results;
}
