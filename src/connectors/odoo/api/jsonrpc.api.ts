import { ConnectorError } from '../../contract/connector.error.ts';
import type { HttpClient } from '../../http/http.types.ts';
import { faultOf } from './odoo.fault.ts';
import type { CallOptions, MethodArguments, OdooApi } from './odoo-api.types.ts';
import { dateOf, isRecord, readJson, textOf } from './response.reader.ts';

export interface JsonRpcOptions {
  readonly http: HttpClient;
  readonly baseUrl: string;
  readonly database: string;
  readonly username: string;
  readonly apiKey: string;
}

/**
 * Arguments that must be positional: Odoo distinguishes one record from a list by the first argument of `create`, and 14 and 15 have
 * another name for the domain of `search_count`.
 */
const POSITIONAL: Readonly<Record<string, readonly string[]>> = {
  create: ['vals_list'],
  search_count: ['domain'],
  write: ['vals'],
};

/** Odoo 14 to 18 (deprecated in 19): `execute_kw` over `/jsonrpc`, with errors inside HTTP 200. */
export class JsonRpcApi implements OdooApi {
  readonly #options: JsonRpcOptions;
  #serverTime: number | null = null;
  #uid: Promise<number> | null = null;

  constructor(options: JsonRpcOptions) {
    this.#options = options;
  }

  serverTime(): number | null {
    return this.#serverTime;
  }

  async call(model: string, method: string, args: MethodArguments, options: CallOptions) {
    const { database, apiKey } = this.#options;
    const uid = await this.uid(options.signal);
    const { ids, ...rest } = args;
    const first = POSITIONAL[method] ?? [];
    const positional = [...(ids === undefined ? [] : [ids]), ...first.map((name) => rest[name])];
    const named = Object.fromEntries(Object.entries(rest).filter(([name]) => !first.includes(name)));
    return this.#send('object', 'execute_kw', [database, uid, apiKey, model, method, positional, named], options);
  }

  /** Signs in once a session. A wrong password is `false`, not an error. */
  uid(signal: AbortSignal): Promise<number> {
    this.#uid ??= this.#authenticate(signal).catch((error) => {
      this.#uid = null;
      throw error;
    });
    return this.#uid;
  }

  async #authenticate(signal: AbortSignal): Promise<number> {
    const { database, username, apiKey } = this.#options;
    const args = [database, username, apiKey, {}];
    const uid = await this.#send('common', 'authenticate', args, { idempotent: true, signal });
    if (typeof uid === 'number') return uid;
    throw new ConnectorError('auth', 'Odoo does not accept the credentials.');
  }

  async #send(service: string, method: string, args: readonly unknown[], options: CallOptions) {
    const { http, baseUrl } = this.#options;
    const response = await sendJsonRpc(http, { url: `${baseUrl}/jsonrpc`, service, method, args, ...options });
    this.#serverTime = response.time ?? this.#serverTime;
    return response.result;
  }
}

interface JsonRpcCall extends CallOptions {
  readonly url: string;
  readonly service: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

export async function sendJsonRpc(
  http: HttpClient,
  call: JsonRpcCall,
): Promise<{ result: unknown; time: number | null }> {
  const { url, service, method, args, idempotent, writes, canShrink, signal } = call;
  const response = await http.send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } }),
    idempotent,
    writes,
    canShrink,
    signal,
  });
  const { status } = response;
  const body = await readJson(response, !idempotent);
  if (status === 429) throw new ConnectorError('rate-limited', 'Odoo asks to slow down.', { status });
  if (!isRecord(body)) throw new ConnectorError('protocol', 'The response is not JSON-RPC.', { status });
  if (isRecord(body.error)) {
    const data = isRecord(body.error.data) ? body.error.data : {};
    const name = body.error.code === 100 ? 'SessionExpiredException' : textOf(data.name);
    throw faultOf({ name, message: textOf(data.message) || textOf(body.error.message), status });
  }
  if (status >= 400) {
    throw new ConnectorError(status >= 500 ? 'unavailable' : 'rejected', `Odoo responded with status ${status}.`, {
      status,
      ambiguous: status >= 500 && !idempotent,
    });
  }
  // The response to a method that returns None has no result.
  return { result: body.result ?? null, time: dateOf(response) };
}
