import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

/** For what is never a page: nothing in it may be run, framed or sniffed. */
export const API_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  // Data of a tenant; a handler that gives an ETag says otherwise.
  'cache-control': 'no-store',
};

/** Those of helmet for pages. It would work them out anew for each response, and they are always the same. */
function pageHeaders(): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  const setHeaders = helmet({
    // Swagger UI styles its page inline.
    contentSecurityPolicy: { directives: { styleSrc: ["'self'", "'unsafe-inline'"], upgradeInsecureRequests: null } },
  });
  setHeaders(request, response, () => undefined);
  return response.getHeaders() as Record<string, string>;
}

const IS_NO_PAGE = /^\/(?:api|health)\//;

/** Security headers on every response: helmet's for pages, a few fixed ones for the API. */
export function addSecurityHeaders(fastify: FastifyInstance): void {
  const forPages = pageHeaders();
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(IS_NO_PAGE.test(request.url) ? API_HEADERS : forPages);
    done();
  });
}
