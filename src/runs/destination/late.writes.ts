import { steadyNow } from '../../common/clock.ts';
import type { PlannedItem } from '../../planning/planning.types.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { noteOpenWrite, openWriteEnds } from '../runs.sql.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';
import type { RunLease } from '../worker/run.lease.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** Members that are written by adding parts, which a second write would add again. */
const ADDED = /^(lines|variations|attributes)\b/;

interface Parts {
  readonly database: TenantDatabase;
  readonly lease: RunLease;
  readonly pair: Pair;
  readonly retryPolicy: RetryPolicy;
  /** The longest that a system works on a request after its client has left. */
  readonly longestSeconds: number;
}

/**
 * A create whose answer is lost may still be under way: a shop goes on item by item, and nobody sees the rows of an Odoo before they are
 * committed. That a mark is not there proves nothing until then. So nothing that is not there is sent again before the longest possible
 * request is over, whoever sent it: this worker, one that died, or an earlier run.
 */
export class LateWrites {
  private readonly parts: Parts;
  /** By `steadyNow`; null: not asked yet. */
  private over: number | null = null;
  private pauseMs = FIRST_PAUSE_MS;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** Call it before what would be harmful twice is sent. */
  async begin(writes: readonly PlannedItem[]): Promise<void> {
    if (writes.some(isHarmfulTwice)) await this.parts.database.query(noteOpenWrite(this.parts.lease.run));
  }

  /** The answer is lost. */
  lost(): void {
    this.over = steadyNow() + this.parts.longestSeconds * 1000;
    this.pauseMs = FIRST_PAUSE_MS;
  }

  /** True after a pause, when the writes may be under way already: then the caller looks again. */
  async mustLookAgain(writes: readonly PlannedItem[]): Promise<boolean> {
    if (!writes.some(isHarmfulTwice)) return false;
    const { lease, retryPolicy } = this.parts;
    const over = await this.ends();
    const left = over - steadyNow();
    if (left <= 0) return false;
    const reason =
      'The answer to a write was lost. Nothing is sent again before it is sure that the system is not still at work on it.';
    lease.waitsFor({ reason, until: over, limited: false });
    await lease.sleep(Math.min(left, this.pauseMs));
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
    lease.waitsFor(null);
    retryPolicy.stopIfAsked();
    return true;
  }

  private async ends(): Promise<number> {
    if (this.over === null) {
      const { database, lease, pair, longestSeconds } = this.parts;
      const [row] = await database.query<{ left_ms: number | null }>(openWriteEnds(lease.run, pair, longestSeconds));
      this.over = steadyNow() + (row?.left_ms ?? 0);
    }
    return this.over;
  }
}

const isHarmfulTwice = ({ plan }: PlannedItem): boolean =>
  plan.kind === 'create' || (plan.kind === 'update' && plan.fields.some(({ field }) => ADDED.test(field)));
