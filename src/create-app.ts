import 'reflect-metadata';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.ts';
import { ProblemValidationPipe } from './common/validation.ts';
import type { Environment } from './config/environment.ts';
import { requestId } from './http/logging.ts';
import { serveDocument } from './http/openapi.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { HttpMetrics } from './metrics/http.metrics.ts';

/** Largest body: a preview's delta, or a thousand reports with checkpoints. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** The application as it is served and as it is tested; it does not listen yet. */
export async function createApp(environment: Environment): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: requestId,
    // A close waits for requests at work and ends idle connections.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.for(environment), adapter, { bufferLogs: true });
  app.useLogger(app.get(Logger));
  app.useGlobalPipes(new ProblemValidationPipe());
  const filter = new ProblemFilter();
  app.useGlobalFilters(filter);
  const fastify = adapter.getInstance();
  await app.register(cookie);
  await app.register(helmet, {
    // Swagger UI styles its page inline.
    contentSecurityPolicy: { directives: { styleSrc: ["'self'", "'unsafe-inline'"], upgradeInsecureRequests: null } },
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.get(HttpMetrics).observe(fastify);
  serveDocument(app);
  return app;
}
