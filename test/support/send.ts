import supertest from 'supertest';

/** What came back, as it was sent: not a client's view of it. */
export interface RawResponse {
  readonly status: number;
  /** Under lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each set-cookie. */
  readonly cookies: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked at member by member
  readonly body: any;
  /** Empty where there is none. */
  readonly text: string;
  /** The last part of a problem's type. */
  readonly problem: string | undefined;
  readonly detail: string | undefined;
}

/** The method (by default GET) and the body; everything else is a header. */
export type RawRequest = Readonly<Record<string, string>> & { readonly method?: string; readonly body?: string };

/** Sends exactly this, with no client between, and follows no redirect. */
export async function send(
  { url }: { readonly url: string },
  path: string,
  { method = 'GET', body, ...headers }: RawRequest = {},
): Promise<RawResponse> {
  const request = supertest(url)[method.toLowerCase() as 'get'](path);
  if (body !== undefined) request.set('content-type', 'application/json');
  request.set(headers);
  if (body !== undefined) request.send(body);
  const response = await request;
  return {
    status: response.status,
    headers: response.headers,
    cookies: (response.headers['set-cookie'] as unknown as string[] | undefined) ?? [],
    body: response.body,
    text: response.text ?? '',
    problem: problemOf(response),
    detail: response.body?.detail,
  };
}

/** The last part of a problem's type, which distinguishes problems. */
export const problemOf = ({ body }: { readonly body?: { readonly type?: string } }): string | undefined =>
  body?.type?.split(':').at(-1);

/** The name and value of the first cookie, as a browser sends it back. */
export const cookieOf = ({ cookies }: RawResponse): string => cookies[0]?.split(';')[0] ?? '';

/** The button of a one-time link's page, as a browser of this service's own page sends it. */
export const followLink = (
  service: { readonly url: string },
  token: string,
  { to, ...headers }: Readonly<Record<string, string>> = {},
): Promise<RawResponse> =>
  send(service, '/sign-in', {
    method: 'POST',
    origin: service.url,
    ...headers,
    body: JSON.stringify({ token, to }),
  });
