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

/** Counts the deletes of one run against its guard. A run with an override, or for named items, is not guarded. */
export class DeletionBudget {
  private readonly limits: DeletionLimits;
  private readonly isGuarded: boolean;
  private readonly known: number;
  private done: number;

  /** `left`: the current number of entries. `done`: entries that earlier workers of this run have deleted. */
  constructor(limits: DeletionLimits, isGuarded: boolean, left: number, done: number) {
    this.limits = limits;
    this.isGuarded = isGuarded;
    this.known = left + done;
    this.done = done;
  }

  /** Why the connection's guard refuses this number of deletes, even if the run is not guarded. Null when it allows them. */
  refusalOf(deletes: number): string | null {
    return guardDeletions(deletes, this.known, this.limits);
  }

  /** Throws GuardTripped if this many further deletes would exceed the guard. Called before anything is deleted. */
  expect(deletes: number): void {
    const refusal = this.isGuarded && deletes > 0 && this.refusalOf(this.done + deletes);
    if (refusal)
      throw new GuardTripped(
        `${refusal} Nothing more was deleted. If this is intended, start the sync again with override_guard and a reason.`,
      );
  }

  spend(deletes: number): void {
    this.expect(deletes);
    this.done += deletes;
  }
}
