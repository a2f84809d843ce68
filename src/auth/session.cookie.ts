import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenedSession } from './key.store.ts';

const NAME = 'sync_session';
/** A browser keeps a cookie of this prefix only when it is Secure and of this very host, whatever a neighbour domain sets. */
const SECURE_NAME = `__Host-${NAME}`;

/** How the browser reached the first proxy: X-Forwarded-Proto of a chain lists it first, in any spelling. */
export function isHttps(request: FastifyRequest): boolean {
  const forwarded = request.headers['x-forwarded-proto'];
  const first = String(forwarded ?? '')
    .split(',')[0]
    ?.trim()
    .toLowerCase();
  // Who invents the header only spoils their own cookie.
  return first ? first === 'https' : request.raw.socket && 'encrypted' in request.raw.socket;
}

/** The secret of the dashboard's session, if the request has one. */
export const sessionOf = (request: FastifyRequest): string | undefined =>
  request.cookies?.[isHttps(request) ? SECURE_NAME : NAME];

export function keepSession(
  { session, maxAgeSeconds }: OpenedSession,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const secure = isHttps(request);
  void reply.setCookie(secure ? SECURE_NAME : NAME, session, {
    path: '/',
    httpOnly: true,
    // Lax, not strict: the page is opened from a terminal or a mail.
    sameSite: 'lax',
    secure,
    maxAge: maxAgeSeconds,
  });
}

export function forgetSession(request: FastifyRequest, reply: FastifyReply): void {
  const secure = isHttps(request);
  void reply.clearCookie(secure ? SECURE_NAME : NAME, { path: '/', secure });
}
