import { ConnectorError, type ConnectorErrorKind } from '../../contract/connector.error.ts';

/** An exception of Odoo. It rolls back the transaction, so no part of the call took effect. */
export class OdooFault extends ConnectorError {
  /** Stable and for machines: `validation_error`, `missing`. */
  readonly errorClass: string;
  /** Another transaction conflicted; the same call may succeed at once. */
  readonly conflict: boolean;

  constructor(kind: ConnectorErrorKind, errorClass: string, message: string, options: FaultOptions = {}) {
    super(kind, message, {
      ...(options.status !== undefined && { status: options.status }),
      ...(options.said && { said: message }),
    });
    this.errorClass = errorClass;
    this.conflict = options.conflict ?? false;
  }

  /** The cause may be one record of several; Odoo may still save the others. */
  get ofItem(): boolean {
    return this.kind === 'rejected' || this.kind === 'not-found' || this.kind === 'forbidden';
  }
}

interface FaultOptions {
  readonly status?: number;
  readonly conflict?: boolean;
  /** The message is Odoo's own. */
  readonly said?: boolean;
}

/** The members that the error objects of both protocols have. */
export interface RaisedException {
  /** Python's class with its module: `odoo.exceptions.ValidationError`. */
  readonly name: string;
  readonly message: string;
  readonly status?: number;
}

const CONFLICT_NAME =
  /SerializationFailure|TransactionRollback|DeadlockDetected|LockNotAvailable|ConcurrencyError|LockError/;
const CONFLICT_MESSAGE = /could not serialize access|deadlock detected|could not obtain lock/i;
const NO_DATABASE = /database "[^"]*" does not exist/;

/** Classifies by the exception's class, never by `error.code`, which differs between versions. */
export function faultOf({ name, message, status }: RaisedException): OdooFault {
  const fault = (kind: ConnectorErrorKind, errorClass: string, text?: string) =>
    new OdooFault(kind, errorClass, text ?? readable(message), { status, said: text === undefined });
  if (CONFLICT_NAME.test(name) || CONFLICT_MESSAGE.test(message)) {
    const text = 'Odoo is busy with other changes to the same records.';
    return new OdooFault('unavailable', 'conflict', text, { status, conflict: true });
  }
  const short = name.slice(name.lastIndexOf('.') + 1);
  if (short === 'AccessDenied' || short === 'Unauthorized') {
    return fault('auth', 'access_denied', 'Odoo does not accept the credentials.');
  }
  if (short === 'SessionExpiredException') return fault('auth', 'session_expired', 'The session has expired.');
  if (short === 'AccessError' || short === 'Forbidden') return fault('forbidden', 'access_error');
  if (short === 'MissingError') return fault('not-found', 'missing');
  if (short === 'NotFound' || isUnknownMethod(short, message)) return fault('not-found', 'not_found');
  if (short === 'TooManyRequests') return fault('rate-limited', 'rate_limited');
  if (short === 'OperationalError' && NO_DATABASE.test(message)) {
    return fault('not-found', 'unknown_database', 'Odoo has no database of this name.');
  }
  if (['OperationalError', 'PoolError', 'InterfaceError', 'InternalError', 'MemoryError'].includes(short)) {
    return fault('unavailable', 'database_error', 'Odoo cannot reach its database.');
  }
  return fault('rejected', snakeCase(short) || 'error');
}

/** JSON-RPC raises these exceptions where JSON-2 responds with 404. */
function isUnknownMethod(short: string, message: string): boolean {
  return (
    (short === 'UserError' && /^Object \S+ doesn't exist/.test(message)) ||
    (short === 'AttributeError' && /The method '[^']+' does not exist/.test(message))
  );
}

/** What Postgres says of its constraints names tables and keys, and means nothing to people. */
const UNIQUE = /duplicate key value violates unique constraint/;
const OF_POSTGRES = /violates (?:foreign key|not-null|check|exclusion) constraint|psycopg2|invalid input syntax/;

/** The first paragraph, at most 300 characters, without a traceback or the action that a RedirectWarning includes. */
export function readable(message: string): string {
  const text = message.split(/\n\s*\n|\n?\{'type': 'ir\.actions|\n?Traceback \(most recent/)[0] ?? '';
  const line = text
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'None')
    .join(' ');
  if (line === '') return 'Odoo gave no reason.';
  if (UNIQUE.test(line)) return 'Another record of Odoo has the same values, which must be unique.';
  if (OF_POSTGRES.test(line)) return 'The database of Odoo does not accept these values.';
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
