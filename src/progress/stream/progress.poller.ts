import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, Logger } from '@nestjs/common';
import { steadyNow } from '../../common/clock.ts';
import { outages } from '../../database/outage.log.ts';
import { isConnectionLoss } from '../../database/sqlstate.ts';
import { StreamMetrics } from '../../metrics/stream.metrics.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { type WatchedRow, watchProgress } from '../progress.sql.ts';
import type { StreamViewer } from './stream.viewer.ts';
import { WatchedOrganization } from './watched.organization.ts';

/** The polling interval in milliseconds. Including the time of a poll, a change reaches viewers within a second. */
const EVERY_MS = 500;
/** The maximum number of organizations per query, so that none waits long for the others. */
const CHUNK = 500;

/** How long an organization waits whose poll has failed by itself. */
const AGAIN_AFTER_MS = 5_000;

/**
 * Polls the watched organizations twice a second, in one query for any number of viewers, and stops when there are no viewers. Polls run
 * one after another, so that viewers receive changes in order. When a query fails, it is halved until the organization is found that makes it
 * fail; that one is polled by itself from then on, beside the others, until it succeeds.
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
      const isDue = steadyNow() >= next;
      if (isDue) next = steadyNow() + EVERY_MS;
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
    const timer = setTimeout(resolve, Math.max(0, until - steadyNow()));
    this.wake = resolve;
    await promise;
    clearTimeout(timer);
    this.wake = undefined;
  }

  private async poll(organizations: readonly WatchedOrganization[]): Promise<void> {
    const healthy = organizations.filter(({ isFailing }) => !isFailing);
    for (const one of organizations) if (one.isFailing) this.pollByItself(one);
    for (let start = 0; start < healthy.length; start += CHUNK)
      await this.pollTogether(healthy.slice(start, start + CHUNK));
  }

  private async pollTogether(organizations: readonly WatchedOrganization[]): Promise<void> {
    try {
      await this.query(organizations);
      this.recovered();
    } catch (error) {
      for (const organization of organizations) organization.resetDigest();
      const [only, ...others] = organizations;
      if (isConnectionLoss(error)) this.failed(error);
      else if (others.length > 0) {
        const middle = organizations.length >> 1;
        await this.pollTogether(organizations.slice(0, middle));
        await this.pollTogether(organizations.slice(middle));
      } else if (only) this.failedByItself(only, error);
    }
  }

  /** Not awaited: the others do not wait for it, however long it takes. */
  private pollByItself(organization: WatchedOrganization): void {
    if (organization.pollAgainAt > steadyNow()) return;
    organization.pollAgainAt = Number.POSITIVE_INFINITY;
    this.query([organization]).then(
      () => {
        organization.isFailing = false;
      },
      (error) => {
        organization.resetDigest();
        this.failedByItself(organization, error);
      },
    );
  }

  private async query(organizations: readonly WatchedOrganization[]): Promise<void> {
    const poll = this.metrics.startPoll();
    let rows: WatchedRow[] | undefined;
    try {
      rows = await this.database.callForManyTenants<WatchedRow>(watchProgress(organizations));
    } finally {
      poll.end(rows !== undefined);
    }
    const byId = new Map(organizations.map((organization) => [organization.orgId, organization]));
    // Uses the polled object and not the one in the map, which may be a new object without the digest of this poll.
    for (const row of rows) byId.get(row.org_id)?.update(row);
  }

  private failedByItself(organization: WatchedOrganization, error: unknown): void {
    if (!outages.tell(error) && !organization.isFailing)
      this.logger.error(
        { err: error, org_id: organization.orgId },
        'the progress of one organization cannot be read; its viewers wait',
      );
    organization.isFailing = true;
    organization.pollAgainAt = steadyNow() + AGAIN_AFTER_MS;
  }

  private failed(error: unknown): void {
    if (!outages.tell(error) && !this.isFailing)
      this.logger.error({ err: error }, 'the progress of syncs cannot be read; viewers wait');
    this.isFailing = true;
  }

  private recovered(): void {
    if (this.isFailing) this.logger.log('the progress of syncs can be read again');
    this.isFailing = false;
  }
}
