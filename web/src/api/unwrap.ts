import { ApiError } from './problem.ts';

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response?: Response;
}

/** The data of a call of the generated client; throws ApiError when there is none. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response?.ok) throw new ApiError(response?.status ?? 0, error);
  return data as T;
}
