import { SignJWT } from 'jose';

export const JWT_SECRET = 'a-secret-of-at-least-32-characters-for-tests';

export interface TokenClaims {
  readonly sub?: string;
  readonly scope?: string;
  /** When it ends, in a form that jose accepts: a duration, or seconds since 1970. By default an hour. */
  readonly exp?: string | number;
}

export function token(
  orgId: string,
  { sub = 'user-1', scope = 'sync:write', exp = '1h' }: TokenClaims = {},
  secret = JWT_SECRET,
): Promise<string> {
  return new SignJWT({ org_id: orgId, scope })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setExpirationTime(exp)
    .sign(new TextEncoder().encode(secret));
}
