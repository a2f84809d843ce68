import { ConnectorError } from '../../contract/connector.error.ts';
import type { HttpResponse } from '../../http/http.types.ts';
import { parseJson, TOO_MANY_MEMBERS } from '../../http/json.parser.ts';

/** Parses the body. Throws the ConnectorError for a response that is not JSON; `ambiguous`: the call may have taken effect. */
export async function readJson({ status, body }: HttpResponse, ambiguous: boolean): Promise<unknown> {
  const value = await parseJson(body);
  if (value === TOO_MANY_MEMBERS) {
    const message = "Odoo's response has an object of more than 10,000 members.";
    throw new ConnectorError('too-large', message, { status, ambiguous });
  }
  if (value === undefined) throw notJson(status, ambiguous);
  return value;
}

function notJson(status: number, ambiguous: boolean): ConnectorError {
  if (status === 401) return new ConnectorError('auth', 'Odoo does not accept the credentials.', { status });
  if (status === 403)
    return new ConnectorError('forbidden', 'The server in front of Odoo refuses the call.', { status, passing: true });
  if (status === 404) {
    return new ConnectorError('not-found', 'There is no Odoo at this address, or it has no database of this name.', {
      status,
    });
  }
  if (status === 413) return new ConnectorError('too-large', 'Odoo refuses a request of this size.', { status });
  if (status === 429) return new ConnectorError('rate-limited', 'Odoo asks to slow down.', { status });
  if (status >= 500) {
    return new ConnectorError('unavailable', `Odoo responded with status ${status}.`, { status, ambiguous });
  }
  if (status >= 400) return new ConnectorError('rejected', `Odoo responded with status ${status}.`, { status });
  return new ConnectorError('protocol', 'The response is not JSON: is this an Odoo server?', { status, ambiguous });
}

/** Milliseconds since 1970; null when the header is missing or invalid. */
export function dateOf(response: HttpResponse): number | null {
  const time = Date.parse(response.headers.date ?? '');
  return Number.isNaN(time) ? null : time;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
