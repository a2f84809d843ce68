import { masked } from '../common/masked.text.ts';

/** Whatever is longer quotes what it should not. */
const LONGEST_TEXT = 2_000;
/** Of causes and of errors that are several: nobody reads more. */
const DEEPEST = 5;
const MOST_ERRORS = 5;
/**
 * What our errors and those of Postgres, Node and the mail server say in words of their own. `detail`, `where`, `hint`, `internalQuery` and
 * parameters are values, or may quote them; so may whatever a package hangs on its errors.
 */
const WORDS = [
  ...['code', 'kind', 'problem', 'status', 'statusCode', 'responseCode', 'errorClass', 'syscall', 'address', 'port'],
  ...['severity', 'schema', 'table', 'column', 'dataType', 'constraint', 'routine', 'position', 'file', 'line'],
];
/** Of Postgres: what is wrong with a statement, or not allowed. It names what is ours. */
const IS_OF_STATEMENT = /^42[0-9A-Z]{3}$/;
/** Which line of which function, of which Postgres says it. */
const FUNCTION_LINE = /^(?:PL\/pgSQL|SQL) function [^"\n]*$/gm;

/** A text of the log. */
export const loggedText = (text: string): string =>
  masked(text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);

/** An error as it is logged: what happened and where, and no value of an item, which an error may quote. */
export function loggedError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? loggedText(error) : { type: typeof error };
  const members = error as unknown as Readonly<Record<string, unknown>>;
  const isOfStatement = typeof members.code === 'string' && IS_OF_STATEMENT.test(members.code);
  const words = WORDS.flatMap((name) => {
    const value = members[name];
    return ['string', 'number', 'boolean'].includes(typeof value) ? [[name, value] as const] : [];
  });
  const where = typeof members.where === 'string' ? members.where.match(FUNCTION_LINE) : null;
  const isDeep = depth >= DEEPEST;
  return {
    type: error.name,
    message: isOfStatement ? error.message.slice(0, LONGEST_TEXT) : loggedText(error.message),
    ...Object.fromEntries(words),
    ...(where && { where }),
    stack: framesOf(error),
    ...(error.cause !== undefined && !isDeep && { cause: loggedError(error.cause, depth + 1) }),
    ...(error instanceof AggregateError &&
      !isDeep && { errors: error.errors.slice(0, MOST_ERRORS).map((one) => loggedError(one, depth + 1)) }),
  };
}

/** Without the message, which may have lines of its own. */
function framesOf({ stack = '', message }: Error): string {
  const said = stack.indexOf(message);
  return stack
    .slice(said < 0 ? 0 : said + message.length)
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n');
}

/** The address of a request as it is logged: what it asks for, and not for whom. Values of a query and ids that are a person's are left out. */
export function loggedAddress(url = ''): string {
  const [path = '', ...query] = url.split('?');
  const shown = path.split('/').map(loggedSegment).join('/');
  if (query.length === 0) return shown;
  const names = query
    .join('?')
    .split('&')
    .map((part) => {
      const [name = '', ...value] = part.split('=');
      return value.length === 0 ? '[redacted]' : `${loggedSegment(name)}=[redacted]`;
    });
  return `${shown}?${names.join('&')}`;
}

function loggedSegment(segment: string): string {
  let text = segment;
  try {
    text = decodeURIComponent(segment);
  } catch {
    // Refused as malformed; it is logged as it was sent.
  }
  return masked(text) === text && !/[\s@]/.test(text) ? segment : '[masked]';
}
