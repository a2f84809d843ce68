import type { FastifyRequest } from 'fastify';
import { Problem } from '../common/problem.ts';

type Done = (error: Error | null, body?: unknown) => void;
type Parser = (request: unknown, body: { toString(): string }, done: Done) => void;

/** The body as it came, a Buffer, for a route whose config says `rawBody` because its bytes are signed; parsed for any other. */
export function rawOr(parse: Parser): Parser {
  return (request, body, done) => {
    const { config } = (request as FastifyRequest).routeOptions;
    if ((config as { rawBody?: unknown }).rawBody === true) done(null, body);
    else parse(request, body, done);
  };
}

/** The greeting of a WooCommerce webhook is a form; nothing else here takes one. */
export const refuseForm: Parser = (_request, _body, done) =>
  done(new Problem('unsupported-media-type', 'Forms are not accepted; send application/json.'));
