import type { FastifyInstance } from 'fastify';
import type { AuthenticatedRequest } from '../auth/auth.decorators.ts';
import { hasRight } from '../auth/rights.ts';
import { withMaskedMembers } from '../common/masked.members.ts';

/**
 * What errors say in an answer is masked for whoever may not see values of items, which they quote: in one place, so that no operation has to think of
 * it, and neither has one whose answer is text of the database. Streams are masked where they are made.
 */
export function maskAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request: AuthenticatedRequest, _reply, payload, done) => {
    const { principal } = request;
    const isWhole = typeof payload !== 'string' || !principal || hasRight(principal.scopes, 'payloads');
    done(null, isWhole ? payload : withMaskedMembers(payload));
  });
}
