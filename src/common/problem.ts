/** Where in the request something is wrong: a JSON pointer into the body, or the name of a query parameter, path part or header. */
export interface ProblemField {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  readonly detail: string;
}

/**
 * Every problem the service answers with: the last part of its `type` (RFC 9457), its status and its title. Clients switch on
 * the type, so an entry is never renamed; README lists them.
 */
export const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'organization-required': { status: 400, title: 'Name the organization' },
  unauthenticated: { status: 401, title: 'No valid credentials' },
  'other-organization': { status: 403, title: 'Not your organization' },
  'missing-scope': { status: 403, title: 'A scope is missing' },
  'cross-site-request': { status: 403, title: 'Cross-site request refused' },
  'not-found': { status: 404, title: 'Not found' },
  'sync-exists': { status: 409, title: 'The sync exists with other content' },
  'sync-ended': { status: 409, title: 'The sync has ended' },
  'counts-backwards': { status: 409, title: 'Counts cannot go backwards' },
  'stale-preview': { status: 409, title: 'The preview is not what would happen any more' },
  'delete-guard': { status: 409, title: 'Too many would be deleted' },
  conflict: { status: 409, title: 'Conflict' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'Send application/json' },
  'invalid-request': { status: 422, title: 'The request is not valid' },
  'counts-above-total': { status: 422, title: 'Counts are above the total' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key was used for another request' },
  'internal-error': { status: 500, title: 'Internal error' },
  'encryption-not-configured': { status: 503, title: 'The encryption of credentials is not configured' },
  unavailable: { status: 503, title: 'Try again shortly' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemName = keyof typeof PROBLEMS;

/** The stable prefix of every problem type. */
export const PROBLEM_TYPE_PREFIX = 'urn:sync-operations:problem:';

/** The body of an error answer, `application/problem+json`. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly ProblemField[];
  readonly request_id?: string;
}

/** A domain error. `detail` is read by people: it says what happened and, where it helps, what to do. Never SQL, never a secret. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly problem: ProblemName;
  readonly errors: readonly ProblemField[] | undefined;
  /** Seconds after which to try again, for the Retry-After header. */
  readonly retryAfter: number | undefined;

  constructor(
    problem: ProblemName,
    detail: string,
    options: { errors?: readonly ProblemField[]; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.problem = problem;
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
  }

  get status(): number {
    return PROBLEMS[this.problem].status;
  }

  /** The answer's body; `requestId` lets support find the log lines. */
  body(requestId?: string): ProblemBody {
    const { status, title } = PROBLEMS[this.problem];
    return {
      type: PROBLEM_TYPE_PREFIX + this.problem,
      title,
      status,
      detail: this.message,
      ...(this.errors && { errors: this.errors }),
      ...(requestId && { request_id: requestId }),
    };
  }
}
