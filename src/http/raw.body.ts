import type { FastifyRequest } from 'fastify';

type Done = (error: Error | null, body?: unknown) => void;
type Parser = (request: unknown, body: { toString(): string }, done: Done) => void;

/** A route whose body must not be parsed, because its bytes are signed, says so in its config. */
const takesRawBody = (request: unknown): boolean =>
  (request as FastifyRequest).routeOptions.config !== undefined &&
  (request as FastifyRequest & { routeOptions: { config: { rawBody?: boolean } } }).routeOptions.config.rawBody === true;

/** The body as it came for such a route, as a Buffer; parsed for every other. */
export const rawOr =
  (parse: Parser): Parser =>
  (request, body, done) => {
    if (takesRawBody(request)) done(null, body);
    else parse(request, body, done);
  };
