import pg from 'pg';
import { Problem } from '../common/problem.ts';

/** Errors of the driver and the operating system that mean: no database, for the moment. */
const CONNECTION_LOST =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|Connection terminated|is not queryable|timeout exceeded when/;

/** True when the statement surely did not take effect or the connection is gone: worth one more try if it is idempotent. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^(57P0[123]|08)/.test(error.code ?? '');
  const { code = '', message = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  return CONNECTION_LOST.test(`${code} ${message}`);
}

/** True when somebody else holds what the statement needs (lock timeout, deadlock): without effect, worth trying again. */
export function isContention(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(55P03|40P01|40001)$/.test(error.code ?? '');
}

/** True when app.claim_idempotency_key has refused: another request has the key. */
export function isKeyTaken(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === 'SY002';
}

/**
 * The only place that knows what an SQLSTATE means to a client. Undefined means that the error is ours (then a 500).
 * The database's own text never leaves the service: it names tables and values.
 */
export function toProblem(error: unknown): Problem | undefined {
  if (isConnectionLoss(error))
    return new Problem('unavailable', 'The database cannot be reached at the moment.', { retryAfter: 2, cause: error });
  if (!(error instanceof pg.DatabaseError)) return undefined;
  switch (error.code) {
    case 'SY001':
      return new Problem('sync-ended', 'The sync has ended and cannot be changed.', { cause: error });
    case '23505':
      return new Problem('conflict', 'An entry like this already exists.', { cause: error });
    case '23514':
      return error.constraint === 'sync_progress_counts_within_total'
        ? new Problem('counts-above-total', 'processed_count + failed_count is above total_items.', { cause: error })
        : new Problem('invalid-request', 'A value is outside its allowed range.', { cause: error });
    case '22003':
    case '22P02':
    case '22P05':
    case '22021':
    case '22007':
    case '22008':
      return new Problem(
        'invalid-request',
        'A value cannot be stored: out of range, or text that is not valid Unicode.',
        {
          cause: error,
        },
      );
    case '40001':
    case '40P01':
    case '55P03':
    case '57014':
    case '53300':
      return new Problem('unavailable', 'The database is busy; the request had no effect.', {
        retryAfter: 1,
        cause: error,
      });
    default:
      return undefined;
  }
}
