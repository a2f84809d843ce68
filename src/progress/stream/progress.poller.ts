import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, Logger } from '@nestjs/common';
import { StreamMetrics } from '../../metrics/stream.metrics.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { type WatchedRow, watchProgress } from '../progress.sql.ts';
import type { StreamViewer } from './stream.viewer.ts';
import { WatchedOrganization } from './watched.organization.ts';

/** The polling interval in milliseconds. Including the time of a poll, a change reaches viewers within a second. */
const EVERY_MS = 500;
/** The maximum number of organizations per query, so that none waits long for the others. */
const CHUNK = 500;

/**
 * Polls the watched organizations twice a second, in one query for any number of viewers, and stops when there are no viewers. Polls run
 * one after another, so that viewers receive changes in order.
 */
@Injectable()
export class ProgressPoller {
  private readonly logger = new Logger('ProgressStream');
  private readonly organizations = new Map<string, WatchedOrganization>();
  /** The loop outlives the request of the viewer that started it, and must not run in the context of its tenant. */
  private readonly outsideOfRequests = AsyncLocalStorage.snapshot();
  private isRunning = false;
  private isFailing = false;
  /** Set when an organization was added that has not been polled yet. Ends the pause. */
  private isWoken = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly database: TenantDatabase,
    private readonly metrics: StreamMetrics,
  ) {}

  /** Starts to send the viewer the progress of its organization, beginning with a snapshot. */
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
    // Its state is no longer polled and becomes outdated, so the next viewer starts with a new poll.
    this.organizations.delete(organization.orgId);
    if (this.organizations.size === 0) this.wake?.();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    let next = 0;
    while (this.organizations.size > 0) {
      const all = [...this.organizations.values()];
      // A poll for new organizations does not poll the others more often.
      const isDue = Date.now() >= next;
      if (isDue) next = Date.now() + EVERY_MS;
      this.isWoken = false;
      await this.poll(isDue ? all : all.filter(({ isRead }) => !isRead));
      await this.pause(next);
    }
    this.isRunning = false;
  }

  private async pause(until: number): Promise<void> {
    if (this.isWoken) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    // After a poll that took longer than the interval, the next one follows at once.
    const timer = setTimeout(resolve, Math.max(0, until - Date.now()));
    this.wake = resolve;
    await promise;
    clearTimeout(timer);
    this.wake = undefined;
  }

  private async poll(organizations: readonly WatchedOrganization[]): Promise<void> {
    for (let start = 0; start < organizations.length; start += CHUNK) {
      const chunk = organizations.slice(start, start + CHUNK);
      const poll = this.metrics.startPoll();
      try {
        const rows = await this.database.callForManyTenants<WatchedRow>(watchProgress(chunk));
        poll.end(true);
        const byId = new Map(chunk.map((organization) => [organization.orgId, organization]));
        // Uses the polled object and not the one in the map, which may be a new object without the digest of this poll.
        for (const row of rows) byId.get(row.org_id)?.update(row);
        this.recovered();
      } catch (error) {
        poll.end(false);
        for (const organization of chunk) organization.resetDigest();
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
