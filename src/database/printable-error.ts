import { ConfigurationError } from '../config/environment.ts';
import { EmbeddedPostgresError } from './embedded/embedded-postgres.ts';
import { DatabaseNotReadyError } from './readiness.ts';
import { isConnectionLoss } from './sqlstate.ts';

/** One sentence for what a person can mend; the stack for what only we can. */
export function printableError(error: unknown): string {
  if (
    error instanceof ConfigurationError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof DatabaseNotReadyError
  )
    return error.message;
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === '28P01' || code === '28000') return `DATABASE_URL is refused by the database: ${error.message}.`;
  if (code === '3D000') return `DATABASE_URL names a database that does not exist: ${error.message}.`;
  if (isConnectionLoss(error)) return `The database of DATABASE_URL cannot be reached (${error.message || code}).`;
  return error.stack ?? error.message;
}
