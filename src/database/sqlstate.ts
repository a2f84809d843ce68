import pg from 'pg';
import { Problem } from '../common/problem.ts';

/** Errors of the driver and the operating system that mean: no database, for the moment. They have no SQLSTATE. */
const CONNECTION_LOST =
  /ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|Connection terminated|Query read timeout|is not queryable|timeout exceeded when|after calling end on the pool/;

/** How the driver says that an answer did not come within our deadline. */
const NO_ANSWER = /Query read timeout|connection timeout|timeout exceeded when/;

/**
 * What a state means to whoever asked. `unavailable`: this connection is of no use, and others may be, a moment later. `busy`: somebody else
 * holds what the statement needs, and it had no effect. `misplaced`: a row that has no partition to go to. `unstorable`: a value that no
 * column takes.
 */
type Meaning = 'unavailable' | 'busy' | 'misplaced' | 'unstorable' | 'exists' | 'out-of-range' | 'ended';

/** The longest prefix counts, so that an unknown state of a class means what its class does. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  // Connection exceptions.
  '08': 'unavailable',
  // A standby, or a primary that has become one.
  '25006': 'unavailable',
  // The server ended a transaction or its session, because it was idle or took too long.
  '25P03': 'unavailable',
  '25P04': 'unavailable',
  // A password or a role that was changed under the service, a database that is being replaced.
  '28': 'unavailable',
  '3D': 'unavailable',
  // Disk, memory, connections, limits of the configuration.
  '53': 'unavailable',
  // The server stops, crashed, starts, lost the database; but 57014 is one statement that took too long.
  '57': 'unavailable',
  '57014': 'busy',
  // Errors of the system below, such as I/O.
  '58': 'unavailable',
  '40': 'busy',
  '55P03': 'busy',
  '22003': 'unstorable',
  '22P02': 'unstorable',
  '22P05': 'unstorable',
  '22021': 'unstorable',
  '22007': 'unstorable',
  '22008': 'unstorable',
  '23505': 'exists',
  '23514': 'out-of-range',
  SY001: 'ended',
};

/** pg-boss hands on copies of the driver's errors, which are of no class. */
const isFromDatabase = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError ||
  (typeof error === 'object' && error !== null && 'severity' in error && 'code' in error);

function meaningOf(error: unknown): Meaning | undefined {
  if (isFromDatabase(error)) {
    const { code = '' } = error;
    // No constraint is named, because none that somebody wrote is violated: ours to mend, and not what the client sent.
    if (code === '23514' && error.constraint === undefined) return 'misplaced';
    return MEANINGS[code] ?? MEANINGS[code.slice(0, 2)];
  }
  const { code = '', message = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  return CONNECTION_LOST.test(`${code} ${message}`) ? 'unavailable' : undefined;
}

/** True when the database cannot be used for the moment, whoever asks: the connection is dropped, and a read is worth one more try. */
export const isConnectionLoss = (error: unknown): boolean => meaningOf(error) === 'unavailable';

/** True when the server had ended the session because it was idle outside a transaction: of what was sent then nothing was done. */
export const isEndedWhileIdle = (error: unknown): boolean => isFromDatabase(error) && error.code === '57P05';

/** True when the database was silent for as long as we wait. */
export const isSilence = (error: unknown): boolean =>
  !isFromDatabase(error) && error instanceof Error && NO_ANSWER.test(error.message);

/** True when somebody else holds what the statement needs (lock timeout, deadlock): without effect, worth trying again. */
export function isContention(error: unknown): boolean {
  return isFromDatabase(error) && /^(55P03|40P01|40001)$/.test(error.code ?? '');
}

/** True when app.claim_idempotency_key has refused: another request has the key. */
export function isKeyTaken(error: unknown): boolean {
  return isFromDatabase(error) && error.code === 'SY002';
}

/** What the log says of an outage: the state and the database's own words, which name no value. */
export function outageOf(error: unknown): string | undefined {
  if (!isConnectionLoss(error)) return undefined;
  const { code, message } = error as Partial<NodeJS.ErrnoException>;
  return [code, message].filter(Boolean).join(' ') || String(error);
}

/**
 * The only place that knows what an SQLSTATE means to a client. Undefined means that the error is ours (then a 500).
 * The database's own text never leaves the service: it names tables and values.
 */
export function toProblem(error: unknown): Problem | undefined {
  switch (meaningOf(error)) {
    case 'unavailable':
      return new Problem('unavailable', 'The database cannot be used at the moment.', { retryAfter: 2, cause: error });
    case 'busy':
      return new Problem('unavailable', 'The database is busy; the request had no effect.', {
        retryAfter: 1,
        cause: error,
      });
    case 'misplaced':
      return new Problem('unavailable', 'The audit trail has no place for this month at the moment.', {
        retryAfter: 60,
        cause: error,
      });
    case 'ended':
      return new Problem('sync-ended', 'The sync has ended and cannot be changed.', { cause: error });
    case 'exists':
      return new Problem('conflict', 'An entry like this already exists.', { cause: error });
    case 'out-of-range':
      return (error as pg.DatabaseError).constraint === 'sync_progress_counts_within_total'
        ? new Problem('counts-above-total', 'processed_count + failed_count is above total_items.', { cause: error })
        : new Problem('invalid-request', 'A value is outside its allowed range.', { cause: error });
    case 'unstorable':
      return new Problem(
        'invalid-request',
        'A value cannot be stored: out of range, or text that is not valid Unicode.',
        {
          cause: error,
        },
      );
    default:
      return undefined;
  }
}
