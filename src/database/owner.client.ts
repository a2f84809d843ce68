import pg from 'pg';

/** A database that was suspended needs a second or two to wake. */
const CONNECT_MS = 5_000;
/** A connection whose other end is gone without a word is found some ten seconds after this. */
const KEEP_ALIVE_MS = 5_000;
/** Longer than a lock of the service is ever held. */
const ANSWER_MS = 60_000;

export interface OwnerOptions {
  /** What the connection is called in pg_stat_activity. */
  readonly name: string;
  /** How long one statement may take; 0 for work that takes as long as the data are large. By default a minute. */
  readonly answerMs?: number;
}

/** For roles of the owner's making, too. Loses nobody who waits for it: each wait has its end. */
export const clientOf = (url: string, { name, answerMs = ANSWER_MS }: OwnerOptions): pg.Client => {
  const client = new pg.Client({
    connectionString: url,
    application_name: `sync-operations-${name}`,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: answerMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  // The loss of the connection between two statements would end the process; the next statement fails all the same.
  client.on('error', () => undefined);
  return client;
};

/** Connects as the owner for one piece of work, as commands and maintenance do: what the service's own role may not. */
export async function withOwner<T>(
  ownerUrl: string,
  options: OwnerOptions,
  work: (owner: pg.Client) => Promise<T>,
): Promise<T> {
  const owner = clientOf(ownerUrl, options);
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}
