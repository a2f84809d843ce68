import type { OutgoingHttpHeaders } from 'node:http';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../../auth/auth.decorators.ts';
import { hasRight } from '../../auth/rights.ts';
import { Problem } from '../../common/problem.ts';
import { StreamMetrics } from '../../metrics/stream.metrics.ts';
import { Quotas } from '../../quotas/quotas.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { ProgressPoller } from './progress.poller.ts';
import { StreamKeepAlive } from './stream.keep-alive.ts';
import { StreamViewer } from './stream.viewer.ts';

/** How long sending the end event to all viewers may take when the service stops. */
const CLOSE_TIMEOUT_MS = 1_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // A proxy that compresses the stream would delay events.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  // The connection is not reused after the stream.
  connection: 'close',
};

/** Opens streams, and ends all streams when the service stops. */
@Injectable()
export class StreamService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('ProgressStream');
  private isClosing = false;

  constructor(
    private readonly poller: ProgressPoller,
    private readonly keeper: StreamKeepAlive,
    private readonly metrics: StreamMetrics,
    private readonly quotas: Quotas,
  ) {}

  /** Responds with a stream of the current tenant's progress. Throws unavailable when the service stops. */
  open({ method }: AuthenticatedRequest, reply: FastifyReply): void {
    const {
      orgId,
      principal: { keyHash, expiresAt, scopes },
    } = currentTenant();
    if (this.isClosing) throw new Problem('unavailable', 'The service is restarting.', { retryAfter: 1 });
    const release = method === 'HEAD' ? () => undefined : this.quotas.openStream();
    reply.headers(HEADERS).hijack();
    const { raw } = reply;
    // The client disconnected while its key was checked. 'close' has already been emitted and would not end the viewer.
    if (raw.destroyed) {
      release();
      return;
    }
    raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    if (method === 'HEAD') {
      raw.end();
      return;
    }
    raw.flushHeaders();
    const isMasked = !hasRight(scopes, 'payloads');
    const viewer = new StreamViewer(raw, { orgId, keyHash, expiresAt, isMasked }, (how) => {
      release();
      this.poller.remove(viewer);
      this.keeper.remove(viewer);
      this.metrics.closed(how);
      if (how === 'slow') this.logger.log({ org_id: orgId }, 'a viewer read too slowly and was cut off');
    });
    this.metrics.opened();
    this.keeper.add(viewer);
    this.poller.add(viewer);
  }

  /** Runs before the HTTP server waits for its connections to close. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    const viewers = this.keeper.all();
    for (const viewer of viewers) viewer.end('restarting');
    const timer = setTimeout(() => {
      for (const viewer of viewers) viewer.destroy();
    }, CLOSE_TIMEOUT_MS);
    await Promise.all(viewers.map((viewer) => viewer.closed));
    clearTimeout(timer);
  }
}
