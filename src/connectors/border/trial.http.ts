import type { HttpClient, HttpRequest, HttpResponse } from '../http/http.types.ts';

/** Ids above those of any system that fit in its 32 bits: what a trial made. Nothing has them, so a look-up finds nothing. */
export const FIRST_TRIAL_ID = 2_000_000_000;

/** Reads for real and writes nothing: whatever else is sent counts as done and made something with a new id. */
export class TrialHttp implements HttpClient {
  readonly #http: HttpClient;
  #lastId = FIRST_TRIAL_ID;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    if (request.method === 'GET') return this.#http.send(request);
    this.#lastId += 1;
    return { status: 200, headers: {}, body: JSON.stringify({ id: this.#lastId }) };
  }
}
