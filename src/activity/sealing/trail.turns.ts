import type pg from 'pg';
import { TrailOrganizations } from './trail.organizations.ts';

/** What is above waits for the next turn of the task. */
const ROUNDS_A_TURN = 10;

/**
 * Lets a task go on with every organization of the trail, and then once more with those that have more to do, in a few rounds: one that wrote
 * much goes on once all the others had their turn.
 */
export class TrailTurns {
  private readonly organizations: TrailOrganizations;
  /** Those that have more to do after this round. */
  private unfinished = new Set<string>();
  /** 0: all organizations; then those that are not finished. */
  private round = 0;

  constructor(
    pool: pg.Pool,
    /** Resolves with whether the organization has more to do. */
    private readonly goOnWith: (orgId: string) => Promise<boolean>,
    private readonly failed: (orgId: string, error: unknown) => void,
  ) {
    this.organizations = new TrailOrganizations(pool);
  }

  /** Returns 0 when nothing is left for this turn. */
  async goOn(): Promise<number> {
    const each = async (orgId: string) => {
      if (await this.goOnWith(orgId)) this.unfinished.add(orgId);
    };
    if (this.round === 0) {
      const looked = await this.organizations.visit(each, this.failed);
      if (looked > 0) return looked;
    } else {
      const again = this.unfinished;
      this.unfinished = new Set();
      for (const orgId of again) await each(orgId).catch((error: unknown) => this.failed(orgId, error));
    }
    this.round = this.unfinished.size > 0 && this.round < ROUNDS_A_TURN ? this.round + 1 : 0;
    if (this.round === 0) this.unfinished.clear();
    return this.round;
  }
}
