import { ConfigurationError } from '../config/environment.ts';
import { isConnectionLoss } from '../database/sqlstate.ts';

/** By name, because a command that does not need their modules does not load them. */
const MEANT_FOR_PEOPLE = ['EmbeddedPostgresError', 'DatabaseNotReadyError', 'BackupError', 'NotDistributable'];

/** One sentence for an error that a person can fix; the stack for any other. `variable` named the database that was used. */
export function printableError(error: unknown, variable = 'DATABASE_URL'): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigurationError || MEANT_FOR_PEOPLE.includes(error.name)) return error.message;
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
