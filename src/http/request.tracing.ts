import type { FastifyInstance, FastifyRequest } from 'fastify';
import { settingsOf } from '../common/route.config.ts';
import type { TenantRequest } from '../tenancy/tenancy.hook.ts';
import { plainId, type Span, startRoot } from '../tracing/tracing.ts';

const spans = new WeakMap<FastifyRequest, Span>();

/** Of a request that is traced. */
export const spanOf = (request: FastifyRequest): Span | undefined => spans.get(request);

/**
 * A span for each operation, in the caller's trace when it names one by `traceparent`. Pages, files, health and metrics have none. It
 * names the route by its pattern and never by the address, which may hold somebody's e-mail.
 */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, id } = request;
    const isWork = settingsOf(request)?.operation !== undefined && !routeOptions.url?.startsWith('/health');
    if (!isWork) return done();
    const given = request.headers.traceparent;
    const span = startRoot({
      name: `${method} ${routeOptions.url}`,
      kind: 'request',
      values: { 'http.request.method': method, 'http.route': routeOptions.url, 'sync.request_id': id },
      parent: typeof given === 'string' ? given : null,
    });
    if (!span) return done();
    spans.set(request, span);
    span.within(done);
  });
  // The body arrives by events of the socket, which know nothing of the request's span.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) span.within(done);
    else done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { orgId, params } = request as TenantRequest;
    const status = reply.statusCode;
    spans.get(request)?.set({
      'http.response.status_code': status,
      'sync.org_id': plainId(orgId),
      'sync.id': plainId((params as { sync_id?: string } | undefined)?.sync_id),
    });
    spans.get(request)?.end(status >= 500 ? { code: String(status) } : undefined);
    done();
  });
}
