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
    // The label sets that have been seen, of which there are as many as routes have statuses.
    const observers = new Map<string, { observe(seconds: number): void }>();
    fastify.addHook('onResponse', (request, reply, done) => {
      // How long somebody watched says nothing of how fast the service is.
      if (String(reply.getHeader('content-type')).startsWith('text/event-stream')) return done();
      const { method, routeOptions } = request;
      const route = routeOptions.url ?? 'unknown';
      const key = `${method} ${reply.statusCode} ${route}`;
      let observer = observers.get(key);
      if (!observer) {
        observer = this.seconds.labels({ method, route, status: reply.statusCode });
        observers.set(key, observer);
      }
      observer.observe(reply.elapsedTime / 1000);
      done();
    });
  }
}
