import { Injectable } from '@nestjs/common';
import PQueue from 'p-queue';
import { Problem } from '../common/problem.ts';
import { currentTenant } from './tenant.context.ts';

/** While one waits for the database, the next one is read; more would only wait for each other. */
const AT_ONCE = 2;
/** Two seconds and more of what the service gets through; who sends more at once learns of it sooner by a refusal. */
const WAITING = 50;

/**
 * Lets an organization's big requests wait for each other: each costs tens of milliseconds of the process, and ten at once would be
 * that of everybody. Another organization's have turns of their own.
 */
@Injectable()
export class OrganizationTurns {
  private readonly queues = new Map<string, PQueue>();

  /** Does the work in the current tenant's turn. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const { orgId } = currentTenant();
    const queue = this.queues.get(orgId) ?? new PQueue({ concurrency: AT_ONCE });
    this.queues.set(orgId, queue);
    if (queue.size >= WAITING)
      throw new Problem('organization-busy', `${WAITING} bulk requests of your organization are waiting already.`, {
        retryAfter: 1,
      });
    try {
      return await queue.add(work);
    } finally {
      if (queue.size + queue.pending === 0 && this.queues.get(orgId) === queue) this.queues.delete(orgId);
    }
  }
}
