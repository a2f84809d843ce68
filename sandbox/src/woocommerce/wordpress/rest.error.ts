/** An error as WordPress returns it: `{code, message, data: {status, …}}` with that HTTP status. */
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
  body(): { code: string; message: string; data: Readonly<Record<string, unknown>> | number } {
    return { code: this.code, message: this.message, data: this.data };
  }

  /** What is answered to a request with a key. */
  ofSomebody(): { status: number; body: ReturnType<RestError['body']> } {
    return { status: this.status, body: this.body() };
  }
}

/** Of what the user may not do: 401 for nobody, 403 for somebody (recordings 12 and 607 to 613). */
class ForbiddenError extends RestError {
  override ofSomebody() {
    return { status: 403, body: { ...this.body(), data: { ...this.data, status: 403 } } };
  }
}

/** An error of PHP. It ends the request, with all that was done before in place (recordings 450, 635, 934). */
export class FatalError extends Error {
  body(legacy = false) {
    const pages = legacy ? 'support' : 'documentation';
    const link = `<a href="https://wordpress.org/${pages}/article/faq-troubleshooting/">`;
    return {
      code: 'internal_server_error',
      message: `<p>There has been a critical error on this website.</p><p>${link}Learn more about troubleshooting WordPress.</a></p>`,
      data: { status: 500 },
      additional_errors: [],
    };
  }
}

/** Recording 23. WordPress has no 405: a known path with another method gets this error too. */
export function noRoute(): RestError {
  return new RestError('rest_no_route', 'No route was found matching the URL and request method.', 404);
}

/** Recordings 33, 637 and 638; the numbers are PHP's json_last_error(). */
export function invalidJson(body: string): RestError {
  const [code, message] = isJson(body)
    ? [10, 'Single unpaired UTF-16 surrogate in unicode escape']
    : [4, 'Syntax error'];
  return new RestError('rest_invalid_json', 'Invalid JSON body passed.', 400, {
    json_error_code: code,
    json_error_message: message,
  });
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** Recordings 10 to 19: anything wrong with credentials. */
export function authenticationError(message: string): RestError {
  return new RestError('woocommerce_rest_authentication_error', message, 401);
}

const FORBIDDEN = {
  list: ['view', 'Sorry, you cannot list resources.'],
  view: ['view', 'Sorry, you cannot view this resource.'],
  create: ['create', 'Sorry, you are not allowed to create resources.'],
  edit: ['edit', 'Sorry, you are not allowed to edit this resource.'],
  delete: ['delete', 'Sorry, you are not allowed to delete this resource.'],
  batch: ['batch', 'Sorry, you are not allowed to batch manipulate this resource.'],
  deleteAdministrator: [
    'delete',
    'Sorry, users with administrator role cannot be deleted via this endpoint. Allowed roles: customer, subscriber',
  ],
} as const;

export type Action = keyof typeof FORBIDDEN;

/** Recordings 10 and 12 show it for lists. */
export function forbidden(action: Action, status: 401 | 403 = 401): RestError {
  const [code, message] = FORBIDDEN[action];
  return new ForbiddenError(`woocommerce_rest_cannot_${code}`, message, status);
}
