import type { FastifyReply, FastifyRequest } from 'fastify';
import { isHttps } from '../../auth/session.cookie.ts';
import type { SignInFlow } from './identity.provider.ts';

const NAME = 'sync_sign_in';
/** Long enough for a password and a second factor. */
const MAX_AGE_SECONDS = 600;

const nameFor = (request: FastifyRequest): string => (isHttps(request) ? `__Host-${NAME}` : NAME);

const optionsFor = (request: FastifyRequest) =>
  // Lax, not strict: the provider's page sends the browser back.
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(request) }) as const;

/** The flow in the browser that began it, and nowhere else: who is sent a callback's address by somebody else is not signed in by it. */
export function keepFlow(flow: SignInFlow, request: FastifyRequest, reply: FastifyReply): void {
  const text = Buffer.from(JSON.stringify(flow)).toString('base64url');
  void reply.setCookie(nameFor(request), text, { ...optionsFor(request), maxAge: MAX_AGE_SECONDS });
}

/** Once: the cookie is cleared. Undefined when there is none, or it is none of ours. */
export function takeFlow(request: FastifyRequest, reply: FastifyReply): SignInFlow | undefined {
  const text = request.cookies?.[nameFor(request)];
  void reply.clearCookie(nameFor(request), optionsFor(request));
  if (text === undefined || text.length > 5_000) return undefined;
  try {
    const flow = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Record<keyof SignInFlow, unknown>>;
    const { state, nonce, verifier, to } = flow;
    const members = [state, nonce, verifier, to];
    return members.every((member) => typeof member === 'string' && member !== '') ? (flow as SignInFlow) : undefined;
  } catch {
    return undefined;
  }
}
