import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEMS, type ProblemName } from '../common/problem.catalogue.ts';
import { Problem } from '../common/problem.ts';
import { toProblem } from '../database/sqlstate.ts';

/** Every error leaves the service here, as application/problem+json without a stack or SQL. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.respond(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  respond(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = asProblem(error, request);
    if (problem.status >= 500)
      this.logger.error({ err: problem.cause ?? error, request_id: request.id }, problem.message);
    // An export that fails in the middle: the connection ends, so that the client sees that it is not whole.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="sync-operations"');
    if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter));
    reply.header('link', problem.link);
    void reply
      .status(problem.status)
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify(problem.body(String(request.id))));
  }
}

function asProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  const fromDatabase = toProblem(error);
  if (fromDatabase) return fromDatabase;
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number } | null)?.statusCode;
  const name = status === undefined ? undefined : BY_STATUS.get(status);
  if (name === 'not-found')
    return new Problem(name, `There is nothing at ${request.method} ${request.url.split('?')[0]}.`);
  if (name && status !== undefined && status < 500) return new Problem(name, readable(error), { cause: error });
  return new Problem('internal-error', 'Something failed on our side; the request id leads to the cause in the logs.', {
    cause: error,
  });
}

/** What Fastify and Nest raise themselves, before a handler runs. */
const BY_STATUS = new Map<number, ProblemName>([
  [400, 'malformed-request'],
  [404, 'not-found'],
  [413, 'body-too-large'],
  [414, 'malformed-request'],
  [415, 'unsupported-media-type'],
  [422, 'invalid-request'],
  [431, 'malformed-request'],
  [503, 'unavailable'],
]);

/** Their messages speak of the request only; a parser's may quote it, which is cut short. */
function readable(error: unknown): string {
  const message = error instanceof Error ? error.message.split('\n')[0] : '';
  return message ? `${message.slice(0, 200).replace(/\.$/, '')}.` : `${PROBLEMS['malformed-request'].title}.`;
}
