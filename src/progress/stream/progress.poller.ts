import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, Logger } from '@nestjs/common';
import { StreamMetrics } from '../../metrics/stream.metrics.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { type WatchedRow, watchProgress } from '../progress.sql.ts';
import type { StreamViewer } from './stream.viewer.ts';
import { WatchedOrganization } from './watched.organization.ts';

/** From one look to the next, in milliseconds: with the time a look takes, a change is told within a second. */
const EVERY_MS = 500;
/** Organizations in one query, so that none waits long for the others'. */
const CHUNK = 500;

/**
 * Looks at the organizations somebody watches, twice a second, in one query whatever the number of viewers; at none when
 * nobody watches. One look at a time: what a later one saw is never told before an earlier one.
 */
@Injectable()
export class ProgressPoller {
  private readonly logger = new Logger('ProgressStream');
  private readonly organizations = new Map<string, WatchedOrganization>();
  /** The loop outlives the request of the viewer who started it, and must not run as its tenant. */
  private readonly outsideOfRequests = AsyncLocalStorage.snapshot();
  private isRunning = false;
  private isFailing = false;
  /** Set when an organization came that has not been looked at; ends the pause. */
  private isWoken = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly database: TenantDatabase,
    private readonly metrics: StreamMetrics,
  ) {}

  /** From now on the viewer is told of its organization, beginning with a snapshot. */
  add(viewer: StreamViewer): void {
    const { orgId } = viewer.credentials;
    const organization = this.organizations.get(orgId) ?? new WatchedOrganization(orgId);
    this.organizations.set(orgId, organization);
    organization.add(viewer);
    if (organization.isRead) return;
    this.isWoken = true;
    this.wake?.();
    if (!this.isRunning) void this.outsideOfRequests(() => this.run());
  }

  remove(viewer: StreamViewer): void {
    const organization = this.organizations.get(viewer.credentials.orgId);
    organization?.remove(viewer);
    if (!organization || organization.isWatched) return;
    // What is known of it ages from here on; the next viewer begins with a new look.
    this.organizations.delete(organization.orgId);
    if (this.organizations.size === 0) this.wake?.();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    let next = 0;
    while (this.organizations.size > 0) {
      const all = [...this.organizations.values()];
      // Woken for new organizations, it does not look at the others more often.
      const isDue = Date.now() >= next;
      if (isDue) next = Date.now() + EVERY_MS;
      this.isWoken = false;
      await this.look(isDue ? all : all.filter(({ isRead }) => !isRead));
      await this.pause(next);
    }
    this.isRunning = false;
  }

  private async pause(until: number): Promise<void> {
    if (this.isWoken) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    // A look that took longer is followed by the next at once.
    const timer = setTimeout(resolve, Math.max(0, until - Date.now()));
    this.wake = resolve;
    await promise;
    clearTimeout(timer);
    this.wake = undefined;
  }

  private async look(organizations: readonly WatchedOrganization[]): Promise<void> {
    for (let start = 0; start < organizations.length; start += CHUNK) {
      const chunk = organizations.slice(start, start + CHUNK);
      const poll = this.metrics.startPoll();
      try {
        const rows = await this.database.callForManyTenants<WatchedRow>(watchProgress(chunk));
        poll.end(true);
        const byId = new Map(chunk.map((organization) => [organization.orgId, organization]));
        // Not the one in the map: that may be another by now, which knows nothing of the digest this look was made with.
        for (const row of rows) byId.get(row.org_id)?.update(row);
        this.recovered();
      } catch (error) {
        poll.end(false);
        for (const organization of chunk) organization.distrust();
        this.failed(error);
      }
    }
  }

  private failed(error: unknown): void {
    if (!this.isFailing) this.logger.error({ err: error }, 'the progress of syncs cannot be read; viewers wait');
    this.isFailing = true;
  }

  private recovered(): void {
    if (this.isFailing) this.logger.log('the progress of syncs can be read again');
    this.isFailing = false;
  }
}
