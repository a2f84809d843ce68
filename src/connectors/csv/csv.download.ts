import { ConnectorError } from '../contract/connector.error.ts';
import type { HttpClient, HttpResponse } from '../http/http.types.ts';
import type { CsvSettings } from './csv.settings.ts';

/** Headers that tell the server which version we have; empty when its response had no validator. */
export type Validators = Readonly<Record<string, string>>;

export interface Download {
  /** UTF-8, without a byte order mark. */
  readonly bytes: Buffer;
  readonly validators: Validators;
}

/** Of UTF-8, as bytes. */
const BYTE_ORDER_MARK = '\xEF\xBB\xBF';
/** Where a web page says that it is one. */
const PAGE_START_BYTES = 1_024;

/** Null when the file is still the version of `known`. Throws ConnectorError. */
export async function download(
  { url, authorization }: CsvSettings,
  http: HttpClient,
  known: Validators,
  signal: AbortSignal,
): Promise<Download | null> {
  const headers = {
    accept: 'text/csv, text/plain;q=0.9, */*;q=0.5',
    ...known,
    ...(authorization && { authorization }),
  };
  const response = await http
    .send({ method: 'GET', url, headers, idempotent: true, expects: 'file', signal })
    .catch(asRejected);
  if (response.status === 304) return null;
  if (response.status !== 200) throw refusalOf(response);
  const { bytes = Buffer.alloc(0) } = response;
  if (/^\s*<(!doctype|html)/i.test(bytes.toString('latin1', 0, PAGE_START_BYTES).replace(BYTE_ORDER_MARK, '')))
    throw new ConnectorError('protocol', 'The address returned a web page, not a file.');
  // Of a file in UTF-16, every other byte is NUL. A NUL in a row is a problem of that row.
  const header = bytes.subarray(0, bytes.indexOf('\n') < 0 ? bytes.length : bytes.indexOf('\n'));
  if (header.includes('\0'))
    throw new ConnectorError('rejected', 'The file is not UTF-8 text. Is it UTF-16, or a workbook?');
  const hasMark = bytes.toString('latin1', 0, BYTE_ORDER_MARK.length) === BYTE_ORDER_MARK;
  return { bytes: hasMark ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes, validators: validatorsOf(response) };
}

/** Last-Modified is exact to the second, so a recent time may belong to two versions and is not used. */
function validatorsOf({ headers: { etag, date = '', 'last-modified': modified } }: HttpResponse): Validators {
  if (etag) return { 'if-none-match': etag };
  const isSettled = modified !== undefined && Date.parse(date) - Date.parse(modified) >= 2_000;
  return isSettled ? { 'if-modified-since': modified } : {};
}

/** `too-large` is retried with smaller pages, which does not help for a file that is read as a whole. */
function asRejected(error: unknown): never {
  if (!(error instanceof ConnectorError) || error.kind !== 'too-large') throw error;
  throw new ConnectorError('rejected', `${error.message}; the connector cannot read a larger file`);
}

function refusalOf({ status }: HttpResponse): ConnectorError {
  const error = (kind: ConnectorError['kind'], what: string) =>
    new ConnectorError(kind, `${what} (status ${status}).`, { status });
  if (status === 401) return error('auth', 'The server does not accept the user or password');
  if (status === 403) return error('forbidden', 'The server does not allow access to the file');
  if (status === 404 || status === 410) return error('not-found', 'There is no file at the address');
  if (status >= 500) return error('unavailable', 'The server failed');
  return error('rejected', 'The server did not send the file');
}
