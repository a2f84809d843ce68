import type { Problem } from '@sync-operations/client';

/** What an answer of the service that is not a success, or no answer at all, becomes here. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; 0: the service did not answer. */
  readonly status: number;
  /** The last part of the problem's type: `stale-preview`. */
  readonly problem: string;
  readonly fields: NonNullable<Problem['errors']>;
  readonly requestId: string | undefined;

  constructor(status: number, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(problem?.detail ?? (status === 0 ? 'The service does not answer.' : `The service answered ${status}.`));
    this.status = status;
    this.problem = problem?.type.split(':').at(-1) ?? 'no-answer';
    this.fields = problem?.errors ?? [];
    this.requestId = problem?.request_id;
  }
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'type' in body && 'detail' in body;

/** What to try, in a sentence; undefined where the error's own words say it. */
export function advice(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return 'Reload the page. If it comes again, tell whoever runs this service.';
  if (error.status === 0)
    return 'Look whether the service runs and your network works; this page tries again by itself.';
  if (error.status === 503) return 'It usually passes within a minute; this page tries again by itself.';
  if (error.status >= 500) return `Tell whoever runs this service; the request is ${error.requestId ?? 'not named'}.`;
  if (error.problem === 'missing-scope') return 'Ask for a key or a sign-in link with that scope.';
  return undefined;
}
