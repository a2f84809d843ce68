import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger, Params } from 'nestjs-pino';

/** What the tenancy interceptor and the id generator note on the raw request for its log line. */
type NotedRequest = IncomingMessage & { id?: string; orgId?: string; syncId?: string };

const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** The caller's X-Request-Id when it is harmless, so that a request can be followed across services. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : `req-${randomUUID()}`;
  (request as NotedRequest).id = id;
  return id;
}

/** Secrets that may stand in an address: the one-time link, and the keys of shops. */
const withoutSecrets = (url = ''): string =>
  url.replace(/([?&](?:token|consumer_key|consumer_secret)=)[^&]*/g, '$1[redacted]');

/** Structured logs. A request that succeeded is logged at debug: there is one for each report of progress. */
export function loggerOptions(level: string): Params {
  return {
    pinoHttp: {
      level,
      genReqId: (request) => (request as NotedRequest).id ?? requestId(request),
      customLogLevel: (_request, response, error) =>
        error || response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'info' : 'debug',
      customProps: (request) => ({
        org_id: (request as NotedRequest).orgId,
        sync_id: (request as NotedRequest).syncId,
      }),
      serializers: {
        req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
          id,
          method,
          url: withoutSecrets(url),
        }),
        res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
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

/** Nest's own account of how it starts, a line a route, is for whoever debugs that. */
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
  // A port that is taken: whoever called listen says so in a sentence.
  quiet.error = (message: unknown, ...rest: unknown[]) =>
    rest.at(-1) === 'NestApplication' ? logger.debug(message, ...rest) : logger.error(message, ...rest);
  return quiet;
}
