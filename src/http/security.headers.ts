import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** For what is never a page: nothing in it may be run, framed or sniffed. Constant, since helmet computes its own for each response. */
export const API_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  // Data of a tenant; a handler that gives an ETag says otherwise.
  'cache-control': 'no-store',
};

/** Security headers on every response: helmet's for pages, a few fixed ones for the API. */
export async function addSecurityHeaders(app: NestFastifyApplication): Promise<void> {
  await app.register(helmet, {
    global: false,
    // Swagger UI styles its page inline.
    contentSecurityPolicy: { directives: { styleSrc: ["'self'", "'unsafe-inline'"], upgradeInsecureRequests: null } },
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      if (request.url.startsWith('/api/')) reply.headers(API_HEADERS);
      else reply.helmet();
      done();
    });
}
