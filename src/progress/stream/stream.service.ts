import type { OutgoingHttpHeaders } from 'node:http';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../../auth/auth.decorators.ts';
import { Problem } from '../../common/problem.ts';
import { StreamMetrics } from '../../metrics/stream.metrics.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { ProgressPoller } from './progress.poller.ts';
import { StreamViewer } from './stream.viewer.ts';
import { ViewerKeeper } from './viewer.keeper.ts';

/** How long viewers may take to hear that the service stops. */
const FAREWELL_MS = 1_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // A proxy that compressed it would hold events back.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  // It is not used for another request after the end.
  connection: 'close',
};

/** Opens streams, and ends them all when the service stops. */
@Injectable()
export class StreamService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('ProgressStream');
  private isClosing = false;

  constructor(
    private readonly poller: ProgressPoller,
    private readonly keeper: ViewerKeeper,
    private readonly metrics: StreamMetrics,
  ) {}

  /** Answers with a stream of the current tenant's progress. Throws unavailable when the service stops. */
  open({ method }: AuthenticatedRequest, reply: FastifyReply): void {
    const {
      orgId,
      principal: { keyHash, expiresAt },
    } = currentTenant();
    if (this.isClosing) throw new Problem('unavailable', 'The service is restarting.', { retryAfter: 1 });
    reply.headers(HEADERS).hijack();
    const { raw } = reply;
    // Left while the key was looked up: nothing would tell of it any more.
    if (raw.destroyed) return;
    raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    if (method === 'HEAD') {
      raw.end();
      return;
    }
    raw.flushHeaders();
    const viewer = new StreamViewer(raw, { orgId, keyHash, expiresAt }, (how) => {
      this.poller.remove(viewer);
      this.keeper.remove(viewer);
      this.metrics.closed(how);
      if (how === 'slow') this.logger.log({ org_id: orgId }, 'a viewer read too slowly and was cut off');
    });
    this.metrics.opened();
    this.keeper.add(viewer);
    this.poller.add(viewer);
  }

  /** Before the HTTP server waits for its connections to end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    const viewers = this.keeper.all();
    for (const viewer of viewers) viewer.end('restarting');
    const timer = setTimeout(() => {
      for (const viewer of viewers) viewer.destroy();
    }, FAREWELL_MS);
    await Promise.all(viewers.map((viewer) => viewer.closed));
    clearTimeout(timer);
  }
}
