/** `settings.delete_guard_percent` and `delete_guard_count` of the connection that is deleted from. */
export interface DeletionLimits {
  readonly percent: number;
  readonly count: number | null;
}

/** Why the deletes of a run are refused, in one sentence; null when they may pass. Pure. */
export function guardDeletions(deletes: number, known: number, { percent, count }: DeletionLimits): string | null {
  if (deletes === 0) return null;
  const share = known > 0 ? (deletes / known) * 100 : 100;
  const what = `${deletes} of ${known} (${share.toFixed(1)} %) would be deleted`;
  if (count !== null && deletes > count) return `${what}, which is above the guard of ${count}.`;
  if (share > percent) return `${what}, which is above the guard of ${percent} %.`;
  return null;
}

/** The run wanted to delete more than its guard lets pass. The message says what tripped it. */
export class GuardTripped extends Error {
  override readonly name = 'GuardTripped';
}

/** Counts the deletes of one run against its guard. A run that was overridden, or that names its items, has none. */
export class DeletionBudget {
  private readonly limits: DeletionLimits;
  private readonly isGuarded: boolean;
  private readonly known: number;
  private done: number;

  /** `left`: entries there are now; `done`: deleted by this run before this worker had it. */
  constructor(limits: DeletionLimits, isGuarded: boolean, left: number, done: number) {
    this.limits = limits;
    this.isGuarded = isGuarded;
    this.known = left + done;
    this.done = done;
  }

  /** Why so many deletes would be refused, by the connection's guard alone; null when they would pass. */
  refusalOf(deletes: number): string | null {
    return guardDeletions(deletes, this.known, this.limits);
  }

  /** Throws GuardTripped, before anything is deleted, when these would be too many. */
  expect(deletes: number): void {
    const refusal = this.isGuarded && deletes > 0 && this.refusalOf(this.done + deletes);
    if (refusal)
      throw new GuardTripped(
        `${refusal} Nothing more was deleted. If that is right, start the sync again with override_guard and a reason.`,
      );
  }

  spend(deletes: number): void {
    this.expect(deletes);
    this.done += deletes;
  }
}
