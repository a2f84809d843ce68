import { steadyNow } from '../../common/clock.ts';
import { ConnectorError } from '../../connectors/contract/connector.error.ts';
import type { PlannedItem } from '../../planning/planning.types.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { openWriteEnds } from '../runs.sql.ts';
import { Postponed, type RetryPolicy } from '../worker/retry.policy.ts';
import type { RunLease } from '../worker/run.lease.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** Members that are written by adding parts, which a second write would add again. */
const ADDED = /^(lines|variations|attributes)\b/;

const ANSWER_LOST =
  'The answer to a write was lost. Nothing is sent again before it is sure that the system is not still at work on it.';
const STILL_AT_WORK =
  'The system is still at work on a write whose answer was lost long ago. Nothing was sent again. Run the sync again once it is done.';

interface Parts {
  readonly database: TenantDatabase;
  readonly lease: RunLease;
  readonly pair: Pair;
  readonly retryPolicy: RetryPolicy;
  /** The longest that a system works on a request after its client has left. */
  readonly longestSeconds: number;
}

/** For how long no more marks may appear, as a part of the longest request: a slow shop makes an order in seconds, at worst in a minute. */
const STILL = 1 / 2;
/** After so many times the longest request, a system that still goes on is told of, and the run ends. */
const LIMIT = 4;
/** Another worker goes on after this time when this one has to leave. */
const TURN_MS = 60_000;

/**
 * A create whose answer is lost may still be under way: a shop goes on item by item, and nobody sees the rows of an Odoo before they are
 * committed. That a mark is not there proves nothing until then. So nothing that is not there is sent again before the longest possible
 * request is over, whoever sent it: this worker, one that died, or an earlier run; nor while marks still appear, since a shop may take
 * longer than the longest request.
 */
export class LateWrites {
  private readonly parts: Parts;
  /** When the longest request is over, by `steadyNow`; `-Infinity` when none is open, null: not asked yet. */
  private over: number | null = null;
  /** The writes whose marks were not there at the last look. */
  private missing: ReadonlySet<string> | null = null;
  /** When marks were there that had not been before, by `steadyNow`. */
  private movedAt = Number.NEGATIVE_INFINITY;
  private pauseMs = FIRST_PAUSE_MS;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** The answer is lost. */
  lost(): void {
    this.over = steadyNow() + this.longestMs;
    this.missing = null;
    this.pauseMs = FIRST_PAUSE_MS;
  }

  /**
   * True after a pause, when the writes may be under way already: then the caller looks again. Throws Postponed when another worker should
   * look, and ConnectorError when the system is still at work on them after a time in which no request should be.
   */
  async mustLookAgain(writes: readonly PlannedItem[]): Promise<boolean> {
    const harmful = writes.filter(isHarmfulTwice);
    if (harmful.length === 0) return false;
    const { lease, retryPolicy } = this.parts;
    const over = await this.ends();
    const limit = over + (LIMIT - 1) * this.longestMs;
    const now = steadyNow();
    const moved = this.hasMoved(harmful);
    if (moved && now >= limit) throw new ConnectorError('timeout', STILL_AT_WORK, { permanent: true });
    // The first look cannot tell.
    if (moved !== false && now < limit) this.movedAt = now;
    const until = Math.max(over, this.movedAt + this.longestMs * STILL);
    if (until <= now) return false;
    lease.waitsFor({ reason: ANSWER_LOST, until, limited: false });
    await lease.sleep(Math.min(until - now, this.pauseMs));
    if (lease.reason === 'stopping') throw new Postponed(Math.min(until, now + TURN_MS), null);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
    lease.waitsFor(null);
    retryPolicy.stopIfAsked();
    return true;
  }

  /** Whether marks have appeared since the last look; null at the first one. */
  private hasMoved(harmful: readonly PlannedItem[]): boolean | null {
    const before = this.missing;
    this.missing = new Set(harmful.map(({ work }) => work.item.external_id));
    if (before === null) return null;
    const isSameBatch = [...this.missing].every((id) => before.has(id));
    return isSameBatch && this.missing.size < before.size;
  }

  private get longestMs(): number {
    return this.parts.longestSeconds * 1000;
  }

  private async ends(): Promise<number> {
    if (this.over === null) {
      const { database, lease, pair, longestSeconds } = this.parts;
      const [row] = await database.query<{ left_ms: number | null }>(
        openWriteEnds(lease.run, pair.destination, longestSeconds),
      );
      this.over = steadyNow() + (row?.left_ms ?? Number.NEGATIVE_INFINITY);
    }
    return this.over;
  }
}

/** Of writes that make something, or add to it. */
export const isHarmfulTwice = ({ plan }: PlannedItem): boolean =>
  plan.kind === 'create' || (plan.kind === 'update' && plan.fields.some(({ field }) => ADDED.test(field)));
