import 'reflect-metadata';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Logger, PinoLogger } from 'nestjs-pino';
import { AppModule } from './app.module.ts';
import { ProblemValidationPipe } from './common/validation.ts';
import type { Environment } from './config/environment.ts';
import { serveDashboard } from './dashboard/dashboard.pages.ts';
import { jsonParser, rawOr, refuseForm } from './http/body.parser.ts';
import { serveErrorPage } from './http/error.page.ts';
import { logRequests, quietAtStart, requestId } from './http/logging.ts';
import { serveDocument } from './http/openapi.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { addSecurityHeaders } from './http/security.headers.ts';
import { HttpMetrics } from './metrics/http.metrics.ts';

/** Largest body: a preview's delta, or a thousand reports with checkpoints. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** The application as it is served and as it is tested; it does not listen yet. */
export async function createApp(environment: Environment): Promise<NestFastifyApplication> {
  const filter = new ProblemFilter();
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: requestId,
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
  const limit = { bodyLimit: BODY_LIMIT_BYTES };
  app.useBodyParser('application/json', limit, rawOr(jsonParser(fastify)));
  app.useBodyParser('application/x-www-form-urlencoded', limit, rawOr(refuseForm));
  await app.register(cookie);
  await addSecurityHeaders(app);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  endSilentConnections(fastify);
  logRequests(fastify, (await app.resolve(PinoLogger)).logger);
  app.get(HttpMetrics).observe(fastify);
  serveErrorPage(app);
  if (environment.SYNC_WORKER !== 'only') {
    serveDocument(app);
    await serveDashboard(app);
  }
  return app;
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
