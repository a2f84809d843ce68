/** A call to a connection's system. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute. Its query may contain keys, so it is never logged and never in an error. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Called for each attempt, and added to the headers or the URL: a signature with a nonce cannot be sent twice. */
  readonly sign?: () => { readonly headers?: Readonly<Record<string, string>>; readonly url?: string };
  /**
   * Sending it twice does no harm (reads, updates to a given state). Only such a request is sent again when its response was lost. For
   * other requests that is a ConnectorError with `ambiguous: true`.
   */
  readonly idempotent: boolean;
  /** It changes something: it is waited for with the patience of a write, and a timeout is told at once. Always so when not idempotent. */
  readonly writes?: boolean;
  /** The caller asks for less when this is too much: a 5xx or a timeout is told at once, not tried again as it is. */
  readonly canShrink?: boolean;
  /** What the response is, which decides how large it may be; `json` unless said. */
  readonly expects?: 'json' | 'file';
  readonly signal: AbortSignal;
}

/** A complete response with any status. Some 5xx are returned only after a retry; 429 is a ConnectorError. */
export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** In place of `body`, when a file was expected: its text may be too long to be made at once. */
  readonly bytes?: Buffer;
}

/** Throws ConnectorError when there is no usable response. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpResponse>;
}
