/** `settings.delete_guard_percent` and `delete_guard_count` of the connection where items are deleted. */
export interface DeletionLimits {
  readonly percent: number;
  readonly count: number | null;
}

/** One sentence that says why the deletes of a run are refused. Null when they are allowed. Pure. */
export function guardDeletions(deletes: number, known: number, { percent, count }: DeletionLimits): string | null {
  if (deletes === 0) return null;
  const share = known > 0 ? (deletes / known) * 100 : 100;
  const what = `${deletes} of ${known} (${share.toFixed(1)} %) would be deleted`;
  if (count !== null && deletes > count) return `${what}, which is above the guard of ${count}.`;
  if (share > percent) return `${what}, which is above the guard of ${percent} %.`;
  return null;
}

/** Thrown when a run would delete more than its guard allows. The message says which limit was exceeded. */
export class GuardTripped extends Error {
  override readonly name = 'GuardTripped';
}

/**
 * Counts the deletes of a run, and of earlier ones within the time of the guard, against the guard. A run with an override is not guarded.
 * Items that are named one by one, by webhooks and retries, may always be one: else no small shop could delete anything.
 */
export class DeletionBudget {
  private readonly limits: DeletionLimits;
  private readonly isGuarded: boolean;
  private readonly known: number;
  private readonly earlier: number;
  private readonly alwaysAllowed: number;
  private done: number;

  /** `left`: the current number of entries. `done`: entries that this run has deleted; `earlier`: those of other runs within the time. */
  constructor(
    limits: DeletionLimits,
    isGuarded: boolean,
    left: number,
    done: number,
    { earlier = 0, alwaysAllowed = 0 } = {},
  ) {
    this.limits = limits;
    this.isGuarded = isGuarded;
    this.known = left + done;
    this.done = done;
    this.earlier = earlier;
    this.alwaysAllowed = alwaysAllowed;
  }

  /** Why the connection's guard refuses this number of deletes, even if the run is not guarded. Null when it allows them. */
  refusalOf(deletes: number): string | null {
    if (deletes === 0) return null;
    const alone = guardDeletions(deletes, this.known, this.limits);
    return alone ?? guardDeletions(this.earlier + deletes, this.earlier + this.known, this.limits);
  }

  /** Whether this many further deletes would exceed the guard of this run. */
  refuses(deletes: number): boolean {
    const all = this.done + deletes;
    return this.isGuarded && deletes > 0 && all + this.earlier > this.alwaysAllowed && this.refusalOf(all) !== null;
  }

  /** Throws GuardTripped if this many further deletes would exceed the guard. Called before anything is deleted. */
  expect(deletes: number): void {
    if (this.refuses(deletes))
      throw new GuardTripped(
        `${this.refusalOf(this.done + deletes)} Nothing more was deleted. If this is intended, start the sync again with override_guard and a reason.`,
      );
  }

  spend(deletes: number): void {
    this.expect(deletes);
    this.done += deletes;
  }
}
