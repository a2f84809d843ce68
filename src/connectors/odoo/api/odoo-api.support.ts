import { readFileSync } from 'node:fs';
import type { HttpClient, HttpRequest, HttpResponse } from '../../http/http.types.ts';

/** For tests: a recorded response in the form that `HttpClient` returns. */
export function recorded(name: string): HttpResponse {
  const path = new URL(`../../../../test/recordings/${name}.http`, import.meta.url);
  const response = readFileSync(path, 'utf8').split('\n----\n')[1] ?? '';
  const [head = '', ...rest] = response.split('\n\n');
  const [status = '', ...lines] = head.split('\n');
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.replace(/^[^:]*: ?/, '')]);
  return { status: Number(status.split(' ')[1]), headers: Object.fromEntries(headers), body: rest.join('\n\n') };
}

export function json(value: unknown, status = 200): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** For tests: an HTTP client that returns the given responses in their order and records the requests. */
export class ScriptedHttp implements HttpClient {
  readonly requests: HttpRequest[] = [];
  readonly #responses: (HttpResponse | Error)[];

  constructor(...responses: (HttpResponse | Error)[]) {
    this.#responses = responses;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    const response = this.#responses.shift();
    if (response instanceof Error) throw response;
    if (!response) throw new Error(`No response is left for ${request.url}.`);
    return response;
  }

  /** The bodies that were sent. */
  get bodies(): unknown[] {
    return this.requests.map(({ body }) => (body === undefined ? null : JSON.parse(body)));
  }
}
