import { BackupError } from '../backup/backup.manifest.ts';
import { ConfigurationError } from '../config/environment.ts';
import { DatabaseNotReadyError } from '../database/readiness.ts';
import { isConnectionLoss } from '../database/sqlstate.ts';

/** One sentence for an error that a person can fix; the stack for any other. `variable` named the database that was used. */
export function printableError(error: unknown, variable = 'DATABASE_URL'): string {
  if (!(error instanceof Error)) return String(error);
  // By name, because with a database of your own the embedded Postgres is never loaded.
  if (error.name === 'EmbeddedPostgresError') return error.message;
  if ([ConfigurationError, DatabaseNotReadyError, BackupError].some((kind) => error instanceof kind))
    return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === '28P01' || code === '28000') return `${variable} is refused by the database: ${error.message}.`;
  if (code === '3D000') return `${variable} names a database that does not exist: ${error.message}.`;
  if (isConnectionLoss(error))
    return `The database of ${variable} cannot be reached (${error.message || reasonsOf(error) || code}).`;
  return error.stack ?? error.message;
}

/** A name with several addresses fails once for each. */
function reasonsOf(error: Error): string {
  const { errors = [] } = error as Partial<AggregateError>;
  return errors.map((one: Error) => one.message).join(', ');
}
