import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger, Params } from 'nestjs-pino';
import type { BaseLogger, LoggerExtras } from 'pino';
import type { TenantRequest } from '../tenancy/tenancy.hook.ts';
import { plainId, traceIds } from '../tracing/tracing.ts';
import { loggedAddress, loggedError, loggedText } from './logged.error.ts';
import { spanOf } from './request.tracing.ts';

const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** The caller's X-Request-Id when it is harmless, so that a request can be followed across services. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : `req-${randomUUID()}`;
}

/** What names something of ours is no value of an item. */
const IS_ID = /(?:^|_)id$/;

/** A line of the log; what an error or a system said in it stands in a text. */
const loggedLine = (line: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(line).map(([name, value]) => [
      name,
      typeof value === 'string' && !IS_ID.test(name) ? loggedText(value) : value,
    ]),
  );

/** Options for structured logs without secrets and without values of persons. */
export function loggerOptions(level: string): Params {
  return {
    // No middleware: it would create a logger for each request, and logRequests does not need one.
    forRoutes: [],
    pinoHttp: {
      level,
      mixin: traceIds,
      // The wrapped serializers expect Node's own request and response; logRequests names the fields to log.
      wrapSerializers: false,
      serializers: { err: (error: unknown) => loggedError(error) },
      formatters: { log: loggedLine },
      hooks: {
        logMethod(args, method) {
          const shown = args.map((arg) => (typeof arg === 'string' ? loggedText(arg) : arg));
          method.apply(this, shown as Parameters<typeof method>);
        },
      },
      redact: {
        paths: [
          '*.authorization',
          '*.cookie',
          '*["x-api-key"]',
          '*.password',
          '*.connectionString',
          'err.parameters',
          'err.query',
        ],
        censor: '[redacted]',
      },
    },
  };
}

/** Logs one line for each request. Requests that succeed, or fail as all do in an outage or under too much load, are logged at debug: they are too many. */
export function logRequests(fastify: FastifyInstance, logger: BaseLogger & Pick<LoggerExtras, 'isLevelEnabled'>): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status } = reply;
    const level = status < 400 || request.isToldSeldom ? 'debug' : status < 500 ? 'info' : 'error';
    if (logger.isLevelEnabled(level)) {
      const { id, method, url, orgId, params } = request as TenantRequest;
      logger[level](
        {
          req: { id, method, url: loggedAddress(url) },
          res: { status },
          org_id: plainId(orgId),
          sync_id: plainId((params as { sync_id?: string } | undefined)?.sync_id),
          ...spanOf(request)?.ids,
          responseTime: Math.round(reply.elapsedTime),
        },
        status >= 500 ? 'request errored' : 'request completed',
      );
    }
    done();
  });
}

/** Nest's own account of how it starts, a line a route, is for debugging the start. */
const START_UP = new Set<unknown>([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

export function quietAtStart(logger: Logger): Logger {
  const quiet = Object.create(logger) as Logger;
  quiet.log = (message: unknown, ...rest: unknown[]) =>
    START_UP.has(rest.at(-1)) ? logger.debug(message, ...rest) : logger.log(message, ...rest);
  // A port that is taken: the caller of listen reports it in a sentence.
  quiet.error = (message: unknown, ...rest: unknown[]) =>
    rest.at(-1) === 'NestApplication' ? logger.debug(message, ...rest) : logger.error(message, ...rest);
  return quiet;
}
