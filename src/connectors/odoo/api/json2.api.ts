import { ConnectorError } from '../../contract/connector.error.ts';
import type { HttpClient } from '../../http/http.types.ts';
import { faultOf } from './odoo.fault.ts';
import type { CallOptions, MethodArguments, OdooApi } from './odoo-api.types.ts';
import { dateOf, isRecord, readJson, textOf } from './response.reader.ts';

export interface Json2Options {
  readonly http: HttpClient;
  readonly baseUrl: string;
  readonly database: string;
  readonly apiKey: string;
}

/** Odoo 19 and later: `POST /json/2/<model>/<method>` with a bearer key and named arguments. */
export class Json2Api implements OdooApi {
  readonly #options: Json2Options;
  #serverTime: number | null = null;

  constructor(options: Json2Options) {
    this.#options = options;
  }

  serverTime(): number | null {
    return this.#serverTime;
  }

  async call(
    model: string,
    method: string,
    args: MethodArguments,
    { idempotent, writes, canShrink, signal }: CallOptions,
  ) {
    const { http, baseUrl, database, apiKey } = this.#options;
    const response = await http.send({
      method: 'POST',
      url: `${baseUrl}/json/2/${model}/${method}`,
      headers: {
        'content-type': 'application/json',
        authorization: `bearer ${apiKey}`,
        'x-odoo-database': database,
      },
      body: JSON.stringify(args),
      idempotent,
      writes,
      canShrink,
      signal,
    });
    this.#serverTime = dateOf(response) ?? this.#serverTime;
    const body = await readJson(response, !idempotent);
    if (response.status < 300) return body;
    const { status } = response;
    if (status === 429) throw new ConnectorError('rate-limited', 'Odoo asks to slow down.', { status });
    const name = isRecord(body) ? textOf(body.name) : '';
    // An exception of Odoo has a name. A 500 without one comes from a proxy, or from an Odoo that broke down.
    if (!isRecord(body) || name === '')
      throw new ConnectorError(
        status >= 500 ? 'unavailable' : 'protocol',
        `Odoo responded with status ${status} without a reason.`,
        {
          status,
          ambiguous: status >= 500 && !idempotent,
        },
      );
    throw faultOf({ name, message: textOf(body.message), status });
  }
}
