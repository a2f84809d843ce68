/** What went wrong between us and a system, as a whole call; see ItemProblem for one item. */
export type ConnectorErrorKind =
  /** The credentials are wrong, expired or revoked. */
  | 'auth'
  /** The credentials are good but may not do this. */
  | 'forbidden'
  /** The system does not know the address, the entity or the method. */
  | 'not-found'
  /** The system understood and refused; trying again will not help. */
  | 'rejected'
  /** Too many requests; `retryAt` says when to come back. */
  | 'rate-limited'
  /** Down, overloaded, not reachable, or the connection broke. */
  | 'unavailable'
  | 'timeout'
  /** What came back is not what such a system answers (HTML, cut-off JSON). */
  | 'protocol'
  /** The request or the answer is too large; smaller pages or batches help. */
  | 'too-large'
  /** An address we refuse to call: not https, private, or a redirect to another host. */
  | 'address-refused'
  /** The caller's signal was aborted. */
  | 'aborted';

const TRANSIENT: ReadonlySet<ConnectorErrorKind> = new Set([
  'rate-limited',
  'unavailable',
  'timeout',
  'protocol',
  'too-large',
]);

export interface ConnectorErrorOptions {
  /** Milliseconds since 1970. */
  readonly retryAt?: number;
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** True: a write may or may not have taken effect. */
  readonly ambiguous?: boolean;
  readonly cause?: unknown;
}

/** The message is read by people; it never holds a credential, a query string with keys, or a traceback. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly kind: ConnectorErrorKind;
  readonly retryAt: number | undefined;
  readonly status: number | undefined;
  readonly ambiguous: boolean;

  constructor(kind: ConnectorErrorKind, message: string, options: ConnectorErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.retryAt = options.retryAt;
    this.status = options.status;
    this.ambiguous = options.ambiguous ?? false;
  }

  /** Worth trying again later, perhaps with less at once. */
  get transient(): boolean {
    return TRANSIENT.has(this.kind);
  }
}
