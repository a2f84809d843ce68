/** An error as WordPress answers it: `{code, message, data: {status, …}}` with that HTTP status. */
export class RestError extends Error {
  readonly code: string;
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status: number, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.data = { status, ...details };
  }

  /** The JSON body, also used as `error` of a batch item. */
  body(): { code: string; message: string; data: Readonly<Record<string, unknown>> } {
    return { code: this.code, message: this.message, data: this.data };
  }
}

/** Recording 23. WordPress has no 405: a known path with another method answers this too. */
export function noRoute(): RestError {
  return new RestError('rest_no_route', 'No route was found matching the URL and request method.', 404);
}

/** Recording 33; the numbers are PHP's json_last_error(). */
export function invalidJson(): RestError {
  return new RestError('rest_invalid_json', 'Invalid JSON body passed.', 400, {
    json_error_code: 4,
    json_error_message: 'Syntax error',
  });
}

/** Recordings 10 to 19: everything that is wrong with credentials. */
export function authenticationError(message: string): RestError {
  return new RestError('woocommerce_rest_authentication_error', message, 401);
}
