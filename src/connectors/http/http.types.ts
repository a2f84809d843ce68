/** A call to a connection's system. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute. Its query is never logged and never in an error: it may hold keys. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Made anew for each attempt and added to the headers or the URL: a signature with a nonce cannot be sent twice.
   */
  readonly sign?: () => { readonly headers?: Readonly<Record<string, string>>; readonly url?: string };
  /**
   * Sending it twice does no harm (reads, updates to a given state). Only such a request is sent again after its answer was
   * lost; for others that is a ConnectorError with `ambiguous: true`.
   */
  readonly idempotent: boolean;
  readonly signal: AbortSignal;
}

/** Any answer that came whole, whatever its status: 429 and 5xx only after the retries are used up. */
export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Throws ConnectorError for what is not an answer. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpResponse>;
}
