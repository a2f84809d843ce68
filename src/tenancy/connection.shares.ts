import { steadyNow } from '../common/clock.ts';
import { movingMean } from '../common/overload.ts';
import { Problem } from '../common/problem.ts';

/** How many of the pool's connections an organization may hold, and how many of its statements may wait for one. */
export interface ShareLimits {
  readonly connections: number;
  readonly waiting: number;
}

/** A connection of the share is free again. `moved`: the work got through, so those who wait have reason to wait on. */
export type Release = (moved: boolean) => void;

interface Waiting {
  readonly start: () => void;
  readonly refuse: (detail: string) => void;
}

interface Share {
  held: number;
  /** When a connection was last released by work that got through, or the first one began to wait. */
  movedAt: number;
  /** How long work has held a connection lately. */
  heldMs?: number;
  readonly waiting: Waiting[];
}

/** Who would wait longer than this, as things go, is refused at once. */
const REFUSED_ABOVE_MS = 3_000;
/** The longest wait while the organization's other statements get through; more load than this is not answered in useful time. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Who may use how much of the pool.
 *
 * 1. An organization holds at most its share of the connections; what is beyond it waits for the organization's own work.
 * 2. It waits in the order of arrival, at most `waiting` statements at a time.
 * 3. One that would wait for more than three seconds, as things go, is refused at once.
 * 4. One that waits is refused when nothing of its organization got through for `patienceMs`: then all connections of the share wait for a
 *    lock, and so would this one. It is refused after 5 s, or its patience if that is longer, in any case.
 */
export class ConnectionShares {
  private readonly limits: ShareLimits;
  private readonly shares = new Map<string, Share>();

  constructor(limits: ShareLimits) {
    this.limits = limits;
  }

  /** How many organizations hold connections, how many of them all that they may, and how many statements wait for their own. */
  get state(): { organizations: number; full: number; waiting: number } {
    const shares = [...this.shares.values()];
    return {
      organizations: shares.length,
      full: shares.filter(({ held }) => held >= this.limits.connections).length,
      waiting: shares.reduce((sum, { waiting }) => sum + waiting.length, 0),
    };
  }

  async take(orgId: string, patienceMs: number): Promise<Release> {
    const share = this.shares.get(orgId) ?? { held: 0, movedAt: steadyNow(), waiting: [] };
    this.shares.set(orgId, share);
    if (share.held >= this.limits.connections) await this.wait(share, patienceMs);
    else share.held += 1;
    const since = steadyNow();
    return (moved) => {
      if (moved) share.heldMs = movingMean(share.heldMs, steadyNow() - since);
      this.release(orgId, share, moved);
    };
  }

  private release(orgId: string, share: Share, moved: boolean): void {
    if (moved) share.movedAt = steadyNow();
    const next = share.waiting.shift();
    // The next one gets the place itself, so that nobody who comes now takes it before.
    if (next) next.start();
    else {
      share.held -= 1;
      if (share.held === 0) this.shares.delete(orgId);
    }
  }

  private wait(share: Share, patienceMs: number): Promise<void> {
    if (share.waiting.length >= this.limits.waiting)
      throw busy(`${this.limits.waiting} requests of your organization wait for the database already.`);
    const expectedMs = ((share.waiting.length + 1) / this.limits.connections) * (share.heldMs ?? 0);
    if (expectedMs > REFUSED_ABOVE_MS)
      throw busy('Your organization has more requests under way than its share of the database gets through in time.');
    const since = steadyNow();
    if (share.waiting.length === 0) share.movedAt = since;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const one: Waiting = {
        start: () => {
          clearTimeout(timer);
          resolve();
        },
        refuse: (detail) => {
          share.waiting.splice(share.waiting.indexOf(one), 1);
          reject(busy(detail));
        },
      };
      const look = () => {
        const stillFor = steadyNow() - Math.max(share.movedAt, since);
        if (stillFor >= patienceMs) one.refuse('The other requests of your organization wait for a lock.');
        else if (steadyNow() - since >= Math.max(LONGEST_WAIT_MS, patienceMs))
          one.refuse('Your organization has more requests than its share of the database gets through.');
        else timer = setTimeout(look, patienceMs - stillFor);
      };
      timer = setTimeout(look, patienceMs);
      share.waiting.push(one);
    });
  }
}

const busy = (detail: string): Problem => new Problem('organization-busy', detail, { retryAfter: 1 });
