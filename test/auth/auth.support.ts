import { SignJWT } from 'jose';
import type { TestService } from '../support/test-service.ts';

/** What a request with these headers is answered. */
export interface Answer {
  readonly status: number;
  /** The last part of the problem's type. */
  readonly problem: string | undefined;
  readonly detail: string | undefined;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/** Asks the service itself, not through a client: what is sent is exactly this. */
export async function ask(
  { url }: Pick<TestService, 'url'>,
  path: string,
  { method = 'GET', body, ...headers }: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body,
    redirect: 'manual',
  });
  const text = await response.text();
  const parsed = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
  return {
    status: response.status,
    problem: (parsed.type as string | undefined)?.split(':').at(-1),
    detail: parsed.detail as string | undefined,
    body: parsed,
    headers: response.headers,
  };
}

/** Asks who a Bearer token is. */
export const askWithToken = (service: Pick<TestService, 'url'>, token: string): Promise<Answer> =>
  ask(service, '/api/sync/whoami', { authorization: `Bearer ${token}` });

/** A token's claims as an issuer of ours would write them; `undefined` leaves one out. */
export function claims(overrides: Record<string, unknown> = {}): SignJWT {
  const now = Math.floor(Date.now() / 1000);
  const all = { sub: 'user-1', org_id: 'org-1', scope: 'sync:read', iat: now, exp: now + 3600, ...overrides };
  return new SignJWT(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
}
