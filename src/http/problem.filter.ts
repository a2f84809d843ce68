import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemName } from '../common/problem.catalogue.ts';
import { Problem } from '../common/problem.ts';
import { outages } from '../database/outage.log.ts';
import { toProblem } from '../database/sqlstate.ts';
import { endConnectionAfter, isBodyUnread } from './unread.body.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Failed for a reason that the log tells once a minute and not once a request. */
    isToldSeldom?: boolean;
  }
}

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
    if (problem.status >= 500) {
      request.isToldSeldom = outages.tell(problem.cause ?? error);
      if (!request.isToldSeldom)
        this.logger.error({ err: problem.cause ?? error, request_id: request.id }, problem.message);
    }
    // An export that fails in the middle: the connection ends, so that the client sees that it is not whole.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="sync-operations"');
    if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter));
    // A body that has not arrived by now is not read any more, so the connection cannot carry another request.
    if (isBodyUnread(request)) endConnectionAfter(reply);
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
  if (status === 404 || (status !== undefined && isMissingFile(status, request)))
    return new Problem('not-found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`);
  if (status !== undefined && status >= 400 && status < 500)
    return new Problem(BY_STATUS.get(status) ?? 'request-refused', readable(error, status), { cause: error, status });
  if (status === 503) return new Problem('unavailable', readable(error, status), { cause: error, retryAfter: 1 });
  return new Problem('internal-error', 'Something failed on our side; the request id leads to the cause in the logs.', {
    cause: error,
  });
}

/** What Fastify, its plugins and Nest raise themselves; any other 4xx is request-refused, with the status that they gave it. */
const BY_STATUS = new Map<number, ProblemName>([
  [400, 'malformed-request'],
  [408, 'request-timeout'],
  [413, 'body-too-large'],
  [414, 'malformed-request'],
  [415, 'unsupported-media-type'],
  [422, 'invalid-request'],
  [429, 'too-many-requests'],
  [431, 'headers-too-large'],
]);

/** A path outside the folder of files, or the folder itself: there is no such file, and more is not told. */
const isMissingFile = (status: number, { url }: FastifyRequest): boolean =>
  (status === 400 || status === 403) && /^\/(assets|docs)\//.test(url);

/** Their messages speak of the request only; a parser's may quote it, which is cut short. */
function readable(error: unknown, status: number): string {
  const message = error instanceof Error ? error.message.split('\n')[0] : '';
  return `${(message || STATUS_CODES[status] || 'The request is refused').slice(0, 200).replace(/\.$/, '')}.`;
}
