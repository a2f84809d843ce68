import { readFileSync } from 'node:fs';
import type { HttpClient, HttpRequest, HttpResponse } from '../../http/http.types.ts';

/** For tests: a recorded answer as `HttpClient` gives it. */
export function recorded(name: string): HttpResponse {
  const path = new URL(`../../../../test/recordings/${name}.http`, import.meta.url);
  const answer = readFileSync(path, 'utf8').split('\n----\n')[1] ?? '';
  const [head = '', ...rest] = answer.split('\n\n');
  const [status = '', ...lines] = head.split('\n');
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.replace(/^[^:]*: ?/, '')]);
  return { status: Number(status.split(' ')[1]), headers: Object.fromEntries(headers), body: rest.join('\n\n') };
}

export function json(value: unknown, status = 200): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** For tests: answers in their order, and what was asked. */
export class ScriptedHttp implements HttpClient {
  readonly requests: HttpRequest[] = [];
  readonly #answers: (HttpResponse | Error)[];

  constructor(...answers: (HttpResponse | Error)[]) {
    this.#answers = answers;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    const answer = this.#answers.shift();
    if (answer instanceof Error) throw answer;
    if (!answer) throw new Error(`No answer is left for ${request.url}.`);
    return answer;
  }

  /** The bodies that were sent. */
  get bodies(): unknown[] {
    return this.requests.map(({ body }) => (body === undefined ? null : JSON.parse(body)));
  }
}
