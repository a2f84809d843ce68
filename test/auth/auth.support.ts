import { SignJWT } from 'jose';
import { type RawResponse, send } from '../support/send.ts';
import type { TestService } from '../support/test-service.ts';

/** Asks who a Bearer token is. */
export const sendWithToken = (service: Pick<TestService, 'url'>, token: string): Promise<RawResponse> =>
  send(service, '/api/sync/whoami', { authorization: `Bearer ${token}` });

/** A token's claims as an issuer of ours would write them; `undefined` leaves one out. */
export function claims(overrides: Record<string, unknown> = {}): SignJWT {
  const now = Math.floor(Date.now() / 1000);
  const all = { sub: 'user-1', org_id: 'org-1', scope: 'sync:read', iat: now, exp: now + 3600, ...overrides };
  return new SignJWT(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
}
