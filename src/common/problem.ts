import { CATALOGUE_PATH, PROBLEM_TYPE_PREFIX, PROBLEMS, type ProblemName } from './problem.catalogue.ts';

/** Where in the request something is wrong: a JSON pointer into the body, or the name of a query parameter, path part or header. */
export interface ProblemField {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  readonly detail: string;
}

/** The body of an error response, `application/problem+json`. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly ProblemField[];
  readonly request_id?: string;
}

/** Refusals of a service or an organization that has more to do than it gets done. */
const BUSY: readonly ProblemName[] = ['overloaded', 'organization-busy'];

/** A domain error. `detail` is read by people: it says what happened and, where it helps, what to do. Never SQL, never a secret. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly problem: ProblemName;
  readonly errors: readonly ProblemField[] | undefined;
  /** The catalogue's, or for request-refused the one that HTTP has for it. */
  readonly status: number;
  /** Seconds after which to try again, for the Retry-After header. */
  readonly retryAfter: number | undefined;

  constructor(
    problem: ProblemName,
    detail: string,
    options: { errors?: readonly ProblemField[]; retryAfter?: number; cause?: unknown; status?: number } = {},
  ) {
    // What a caller did wrong, or too often, needs no stack, which would cost more than all the rest: a bulk request may make a thousand
    // of these, and two thousand callers as many refusals a second.
    const { stackTraceLimit } = Error;
    if (PROBLEMS[problem].status < 500 || BUSY.includes(problem)) Error.stackTraceLimit = 0;
    super(detail, { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.problem = problem;
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
    this.status = options.status ?? PROBLEMS[problem].status;
  }

  /** Refused because there is too much to do, and not because of the request. */
  get isBusy(): boolean {
    return BUSY.includes(this.problem);
  }

  /** The value of the response's Link header (RFC 8288): the page of the service that explains the problem and what to do. */
  get link(): string {
    return `<${CATALOGUE_PATH}#${this.problem}>; rel="help"`;
  }

  /** The response body; support finds the log lines by `requestId`. */
  body(requestId?: string): ProblemBody {
    const { title } = PROBLEMS[this.problem];
    return {
      type: PROBLEM_TYPE_PREFIX + this.problem,
      title,
      status: this.status,
      detail: this.message,
      ...(this.errors && { errors: this.errors }),
      ...(requestId && { request_id: requestId }),
    };
  }
}

/** A member of a body that is not valid, by its JSON pointer: `#/email`, `must be an e-mail address`. */
export const invalidMember = (pointer: string, detail: string): Problem =>
  new Problem('invalid-request', `${pointer.slice(2)} ${detail}.`, { errors: [{ pointer, detail }] });
