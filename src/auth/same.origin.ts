import type { FastifyRequest } from 'fastify';
import { Problem } from '../common/problem.ts';

/**
 * Throws cross-site-request unless the request comes from a page of this service: a browser sends cookies along, and posts for
 * whoever asks it to. `detail` is what the refused one is told.
 */
export function refuseCrossSite(request: FastifyRequest, detail: string): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const sameOrigin = site === 'same-origin' || (origin !== undefined && URL.parse(origin)?.host === host);
  if (!sameOrigin) throw new Problem('cross-site-request', detail);
}
