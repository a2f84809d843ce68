import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics.controller.ts';

/** Duration of requests by route pattern (never by path: an id in a label would grow without end). */
@Injectable()
export class HttpMetrics {
  private readonly seconds: Histogram;

  constructor({ registry }: MetricsRegistry) {
    this.seconds = new Histogram({
      name: 'sync_http_request_duration_seconds',
      help: 'Duration of HTTP requests',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    });
  }

  observe(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      // How long somebody watched says nothing of how fast the service is.
      if (String(reply.getHeader('content-type')).startsWith('text/event-stream')) return done();
      this.seconds.observe(
        { method: request.method, route: request.routeOptions.url ?? 'unknown', status: reply.statusCode },
        reply.elapsedTime / 1000,
      );
      done();
    });
  }
}
