/** Why a whole call to a system failed. For one item, see ItemProblem. */
export type ConnectorErrorKind =
  /** The credentials are wrong, expired or revoked. */
  | 'auth'
  /** The credentials are valid but do not allow this. */
  | 'forbidden'
  /** The system does not have the address, the entity or the method. */
  | 'not-found'
  /** The system understood the request and refused it. Trying again will not help. */
  | 'rejected'
  /** Too many requests; `retryAt` says when to try again. */
  | 'rate-limited'
  /** Down, overloaded, not reachable, or the connection broke. */
  | 'unavailable'
  | 'timeout'
  /** The response is not one of such a system (HTML, truncated JSON). */
  | 'protocol'
  /** The request or the response is too large. Smaller pages or batches help. */
  | 'too-large'
  /** An address that we refuse to call: not https, private, or a redirect to another host. */
  | 'address-refused'
  /** The caller's signal was aborted. */
  | 'aborted';

const TRANSIENT: ReadonlySet<ConnectorErrorKind> = new Set(['rate-limited', 'unavailable', 'timeout', 'protocol']);

export interface ConnectorErrorOptions {
  /** Milliseconds since 1970, by `steadyNow`. */
  readonly retryAt?: number;
  /** HTTP status, when there was a response. */
  readonly status?: number;
  /** True when a write may have taken effect. */
  readonly ambiguous?: boolean;
  /** True when trying again cannot help, although the kind often allows it. */
  readonly permanent?: boolean;
  /** True when trying again may help, although the kind seldom allows it: a host in front of the system says no, once. */
  readonly passing?: boolean;
  /** The filter of the read that is wrong. */
  readonly filter?: string;
  /** What of the message the system said itself: it may name a person. */
  readonly said?: string | undefined;
  readonly cause?: unknown;
}

/** What a system said, in the marks by which `masked` and the trail know where it ends. */
export const quoted = (said: string): string => `“${said.replaceAll('”', '"')}”`;

/** The message is for people. It never contains a credential, a query string with keys, or a traceback. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly kind: ConnectorErrorKind;
  readonly retryAt: number | undefined;
  readonly status: number | undefined;
  readonly ambiguous: boolean;
  readonly permanent: boolean;
  readonly passing: boolean;
  readonly filter: string | undefined;
  readonly said: string | undefined;

  constructor(kind: ConnectorErrorKind, message: string, options: ConnectorErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.retryAt = options.retryAt;
    this.status = options.status;
    this.ambiguous = options.ambiguous ?? false;
    this.permanent = options.permanent ?? false;
    this.passing = options.passing ?? false;
    this.filter = options.filter;
    this.said = options.said;
  }

  /** The message with what the system said in quotation marks, so that `masked` leaves it out for whoever may not see values of items. */
  get quoting(): string {
    const { said, message } = this;
    return said ? message.replace(said, () => quoted(said)) : message;
  }

  /** True when it is worth trying the same again later. */
  get transient(): boolean {
    return !this.permanent && (this.passing || TRANSIENT.has(this.kind));
  }
}
