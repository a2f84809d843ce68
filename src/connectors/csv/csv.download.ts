import { ConnectorError } from '../contract/connector.error.ts';
import type { HttpClient, HttpResponse } from '../http/http.types.ts';
import type { CsvSettings } from './csv.settings.ts';

/** What tells the server which version is here already; empty when the server gave nothing to tell it by. */
export type Validators = Readonly<Record<string, string>>;

export interface Download {
  /** UTF-8, without a byte order mark. */
  readonly bytes: Buffer;
  readonly validators: Validators;
}

/** Null: it is still the version of `known`. Throws ConnectorError. */
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
  const response = await http.send({ method: 'GET', url, headers, idempotent: true, signal }).catch(notInPages);
  if (response.status === 304) return null;
  if (response.status !== 200) throw refusalOf(response);
  const { body } = response;
  if (/^\s*<(!doctype|html)/i.test(body))
    throw new ConnectorError('protocol', 'The address answers with a web page, not with a file.');
  if (body.includes('\0'))
    throw new ConnectorError('rejected', 'The file is not UTF-8 text; is it UTF-16, or a workbook?');
  return { bytes: Buffer.from(body.replace(/^\uFEFF/, '')), validators: validatorsOf(response) };
}

/** A time of change is exact to the second: one of a moment ago may belong to two versions and is not relied on. */
function validatorsOf({ headers: { etag, date = '', 'last-modified': modified } }: HttpResponse): Validators {
  if (etag) return { 'if-none-match': etag };
  const isSettled = modified !== undefined && Date.parse(date) - Date.parse(modified) >= 2_000;
  return isSettled ? { 'if-modified-since': modified } : {};
}

/** Elsewhere smaller pages help, so that it is tried again; a file stays as large as it is. */
function notInPages(error: unknown): never {
  if (!(error instanceof ConnectorError) || error.kind !== 'too-large') throw error;
  throw new ConnectorError('rejected', `${error.message}; a file is read as a whole`);
}

function refusalOf({ status }: HttpResponse): ConnectorError {
  const error = (kind: ConnectorError['kind'], what: string) =>
    new ConnectorError(kind, `${what} (status ${status}).`, { status });
  if (status === 401) return error('auth', 'The address wants another user or password');
  if (status === 403) return error('forbidden', 'The file may not be read');
  if (status === 404 || status === 410) return error('not-found', 'There is no file at the address');
  if (status >= 500) return error('unavailable', 'The server failed');
  return error('rejected', 'The server did not send the file');
}
