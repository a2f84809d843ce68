import 'reflect-metadata';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import { Logger as NestLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Logger, PinoLogger } from 'nestjs-pino';
import { AppModule } from './app.module.ts';
import { AuthGuard } from './auth/auth.guard.ts';
import { Problem } from './common/problem.ts';
import { bodyLimitOf, settingsOf } from './common/route.config.ts';
import { ProblemValidationPipe } from './common/validation.ts';
import type { Environment } from './config/environment.ts';
import { serveDashboard } from './dashboard/dashboard.pages.ts';
import { serveHandbook } from './dashboard/handbook.pages.ts';
import { Draining } from './health/draining.ts';
import { formParser, jsonParser, rawOr } from './http/body.parser.ts';
import { limitConnections } from './http/connection.limits.ts';
import { allowOrigins } from './http/cors.ts';
import { serveDocument } from './http/docs.page.ts';
import { serveErrorPage } from './http/error.page.ts';
import { logRequests, quietAtStart, requestId } from './http/logging.ts';
import { maskAnswers } from './http/masked.answers.ts';
import { refuseExpectations, refuseOnSocket } from './http/node.refusals.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { RequestGate } from './http/request.gate.ts';
import { traceRequests } from './http/request.tracing.ts';
import { addSecurityHeaders } from './http/security.headers.ts';
import { HttpMetrics } from './metrics/http.metrics.ts';
import { RequestBuckets } from './rates/request.buckets.ts';
import { organizationOf } from './tenancy/organization.ts';
import { bindTenant, type TenantRequest } from './tenancy/tenancy.hook.ts';

/** How often Node looks for requests that take too long to arrive: they end that much later at most. */
const REQUEST_CHECK_MS = 2_000;

/** For the log of what is loaded apart from Nest. */
export const warn = (context: string, details: object, message: string): void =>
  new NestLogger(context).warn(details, message);

/** The application as it is served and as it is tested; it does not listen yet. */
export async function createApp(environment: Environment): Promise<NestFastifyApplication> {
  const filter = new ProblemFilter();
  const adapter = new FastifyAdapter({
    genReqId: requestId,
    trustProxy: environment.SYNC_TRUSTED_PROXIES ?? false,
    requestTimeout: environment.SYNC_REQUEST_SECONDS * 1_000,
    http: {
      headersTimeout: environment.SYNC_REQUEST_SECONDS * 1_000,
      connectionsCheckingInterval: REQUEST_CHECK_MS,
      // Node's refusal has no body; ours is a problem.
      requireHostHeader: false,
    },
    clientErrorHandler: refuseOnSocket,
    // A close waits for requests at work and ends idle connections.
    forceCloseConnections: 'idle',
    // A request that comes on an open connection while the service stops gets a response like the others, with Connection: close.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 500 },
    // What Fastify refuses before any route, such as an address that is not valid percent-encoding.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      filter.respond(error, request, reply),
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.for(environment), adapter, {
    bufferLogs: true,
  });
  app.useLogger(quietAtStart(app.get(Logger)));
  app.useGlobalPipes(new ProblemValidationPipe());
  app.useGlobalFilters(filter);
  const fastify = adapter.getInstance();
  refuseExpectations(fastify.server);
  limitConnections(fastify.server, {
    all: environment.SYNC_MAX_CONNECTIONS,
    perAddress: environment.SYNC_MAX_CONNECTIONS_PER_ADDRESS,
  });
  fastify.addHook('onRoute', (route) => {
    route.bodyLimit = bodyLimitOf(route.config ?? {});
  });
  // Fastify takes it by default; no operation does.
  fastify.removeContentTypeParser('text/plain');
  app.useBodyParser('application/json', {}, rawOr(jsonParser(fastify)));
  app.useBodyParser('application/x-www-form-urlencoded', {}, rawOr(formParser));
  await app.register(cookie);
  addSecurityHeaders(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  const draining = app.get(Draining);
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (draining.isDraining) reply.header('connection', 'close');
    done();
  });
  maskAnswers(fastify);
  await allowOrigins(app, environment.SYNC_CORS_ORIGINS ?? []);
  endSilentConnections(fastify);
  logRequests(fastify, (await app.resolve(PinoLogger)).logger);
  app.get(HttpMetrics).observe(fastify);
  traceRequests(fastify);
  const gate = new RequestGate(environment.SYNC_DB_POOL_SIZE + environment.SYNC_DB_WAITING);
  admitBeforeBody(fastify, { guard: app.get(AuthGuard), buckets: app.get(RequestBuckets), gate });
  fastify.addHook('preHandler', bindTenant);
  serveErrorPage(app);
  if (environment.SYNC_WORKER !== 'only') {
    serveDocument(app, { shop: environment.SYNC_DOCS_SHOP_URL, erp: environment.SYNC_DOCS_ERP_URL });
    await serveDashboard(app);
    await serveHandbook(app);
  }
  return app;
}

/**
 * Nobody's body is read before it is known who sends it, for which organization, and that both may ask; an address without a route takes
 * none at all.
 */
function admitBeforeBody(
  fastify: FastifyInstance,
  { guard, buckets, gate }: { guard: AuthGuard; buckets: RequestBuckets; gate: RequestGate },
): void {
  fastify.addHook('onRequest', async (request: TenantRequest, reply) => {
    if (request.raw.httpVersion === '1.1' && !request.headers.host)
      throw new Problem('malformed-request', 'The header Host is missing.');
    if (request.is404)
      throw new Problem('not-found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`);
    // Pages and their files have no settings; they are for everybody, and take no body.
    const { access, operation, takesNoPlace } = settingsOf(request);
    if (access === undefined && operation === undefined) return;
    await guard.admit(request);
    const { principal } = request;
    if (!principal) return;
    request.orgId = organizationOf(principal, {
      header: request.headers['x-org-id'],
      query: (request.query as Record<string, unknown>).orgId,
    });
    const caller = principal.keyHash ?? `${principal.orgId}\0${principal.name}`;
    await buckets.take(request.orgId ?? '', caller, announcedBytes(request), reply);
    if (takesNoPlace) return;
    const release = await gate.enter(request.orgId ?? '');
    // Whoever left meanwhile closes nothing any more.
    if (reply.raw.closed) release();
    else reply.raw.once('close', release);
  });
}

/** The length of the body; of one that comes in chunks all that the route takes. */
function announcedBytes({ headers, routeOptions }: FastifyRequest): number {
  if (headers['content-length'] !== undefined) return Number(headers['content-length']);
  return headers['transfer-encoding'] === undefined ? 0 : (routeOptions.bodyLimit ?? 0);
}

/**
 * Ends, when the service stops, connections on which nothing was ever asked. Browsers open such in advance; Node does not
 * count them as idle and would wait a minute for them.
 */
function endSilentConnections(fastify: FastifyInstance): void {
  const sockets = new Set<Socket>();
  fastify.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  fastify.addHook('preClose', (done) => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
}
