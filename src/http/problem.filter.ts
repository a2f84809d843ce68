import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemName } from '../common/problem.catalogue.ts';
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
    // Refused before its body was read: the rest of it is not worth reading.
    if (request.body === undefined && hasBody(request)) reply.header('connection', 'close');
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
  if (status !== undefined && status >= 400 && status < 500)
    return new Problem(name ?? 'request-refused', readable(error, status), {
      cause: error,
      status: name ? undefined : status,
    });
  if (status === 503) return new Problem('unavailable', readable(error, status), { cause: error, retryAfter: 1 });
  return new Problem('internal-error', 'Something failed on our side; the request id leads to the cause in the logs.', {
    cause: error,
  });
}

/** What Fastify and Nest raise themselves, before a handler runs. */
const BY_STATUS = new Map<number, ProblemName>([
  [400, 'malformed-request'],
  // Of files that are served: outside their folder, or a folder.
  [403, 'not-found'],
  [404, 'not-found'],
  [408, 'request-timeout'],
  [413, 'body-too-large'],
  [414, 'malformed-request'],
  [415, 'unsupported-media-type'],
  [422, 'invalid-request'],
  [429, 'too-many-requests'],
  [431, 'headers-too-large'],
]);

/** Their messages speak of the request only; a parser's may quote it, which is cut short. */
function readable(error: unknown, status: number): string {
  const message = error instanceof Error ? error.message.split('\n')[0] : '';
  return `${(message || STATUS_CODES[status] || 'The request is refused').slice(0, 200).replace(/\.$/, '')}.`;
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
