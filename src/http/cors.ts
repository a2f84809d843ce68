import cors from '@fastify/cors';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

/** How long a browser may keep the answer to its question whether a call is allowed, in seconds: the longest that all browsers take. */
const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of these origins call the API with a token or key of their own. No cookie goes with such a call, so that a page of another
 * site can do nothing as whoever is signed in here. The pages of the service stay its own.
 */
export async function allowOrigins(app: NestFastifyApplication, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const options = {
    origin: [...origins],
    credentials: false,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      ...['authorization', 'x-api-key', 'x-org-id', 'content-type', 'idempotency-key', 'if-none-match', 'prefer'],
      ...['last-event-id', 'x-request-id'],
    ],
    exposedHeaders: [
      ...['date', 'etag', 'location', 'ratelimit', 'ratelimit-policy', 'retry-after', 'x-request-id'],
      ...['content-disposition', 'preference-applied'],
    ],
    maxAge: PREFLIGHT_SECONDS,
  };
  await app.register(cors, {
    delegator: (request: FastifyRequest, done: (error: Error | null, options: object) => void) =>
      done(null, request.url.startsWith('/api/') ? options : { origin: false }),
  });
}
