import type { Problem } from '@sync-operations/client';

/** A response that is not a success, or no response at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; 0: the service did not respond. */
  readonly status: number;
  /** The last part of the problem's type: `stale-preview`. */
  readonly problem: string;
  readonly fields: NonNullable<Problem['errors']>;
  readonly requestId: string | undefined;

  constructor(status: number, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(
      problem?.detail ?? (status === 0 ? 'The service does not respond.' : `The service responded with ${status}.`),
    );
    this.status = status;
    this.problem = problem?.type.split(':').at(-1) ?? 'no-response';
    this.fields = problem?.errors ?? [];
    this.requestId = problem?.request_id;
  }
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'type' in body && 'detail' in body;

/** What to try, in a sentence; undefined where the message of the error says it. */
export function advice(error: unknown): string | undefined {
  if (!(error instanceof ApiError))
    return 'Reload the page. If the error comes back, contact the operator of this service.';
  if (error.status === 0)
    return 'Check that the service is running and that your network works. This page retries automatically.';
  if (error.status === 503) return 'This usually passes within a minute. This page retries automatically.';
  if (error.status >= 500)
    return `Contact the operator of this service and give the request id ${error.requestId ?? '(unknown)'}.`;
  if (error.problem === 'missing-scope') return 'Ask whoever gives rights in your organization for it.';
  return undefined;
}

interface ClientResult<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response?: Response;
}

/** The data of a call of the generated client; throws ApiError when the call failed. */
export async function unwrap<T>(call: Promise<ClientResult<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response?.ok) throw new ApiError(response?.status ?? 0, error);
  return data as T;
}
