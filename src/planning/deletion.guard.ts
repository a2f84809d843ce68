/** `settings.delete_guard_percent` and `delete_guard_count` of the connection where items are deleted. */
export interface DeletionLimits {
  readonly percent: number;
  readonly count: number | null;
}

/** One sentence that says why the deletes of a run are refused. Null when they are allowed. Pure. */
export function guardDeletions(deletes: number, arrived: number, { percent, count }: DeletionLimits): string | null {
  if (deletes === 0) return null;
  const share = arrived > 0 ? (deletes / arrived) * 100 : 100;
  const what = `${deletes} of ${arrived} (${share.toFixed(1)} %) would be deleted`;
  if (count !== null && deletes > count) return `${what}, which is above the guard of ${count}.`;
  if (share > percent) return `${what}, which is above the guard of ${percent} %.`;
  return null;
}

/** Thrown when a run would delete more than its guard allows. The message says which limit was exceeded. */
export class GuardTripped extends Error {
  override readonly name = 'GuardTripped';
}

export interface BudgetState {
  /** False for a preview, which goes on and remembers the refusal, and for a run with an override. */
  readonly isGuarded: boolean;
  /** What the destination had of the source when the run began. */
  readonly arrived: number;
  /** Of these, what earlier workers of this run have deleted, or for a preview would have. */
  readonly done: number;
  /** What other runs deleted within the time of the guard. */
  readonly earlier?: number;
  /** Of items that are named one by one, this many may always go: else no small shop could delete anything. */
  readonly alwaysAllowed?: number;
}

/** Counts the deletes of one run, or of the preview of one, against its guard. */
export class DeletionBudget {
  readonly arrived: number;
  private readonly limits: DeletionLimits;
  private readonly isGuarded: boolean;
  private readonly earlier: number;
  private readonly alwaysAllowed: number;
  private done: number;
  private refused: string | null = null;

  constructor(limits: DeletionLimits, { isGuarded, arrived, done, earlier = 0, alwaysAllowed = 0 }: BudgetState) {
    this.limits = limits;
    this.isGuarded = isGuarded;
    this.arrived = arrived;
    this.done = done;
    this.earlier = earlier;
    this.alwaysAllowed = alwaysAllowed;
  }

  /** Why the guard refuses the deletes so far. Null when it allows them. */
  get refusal(): string | null {
    return this.refused ?? this.refusalOf(this.done);
  }

  /** Whether this many further deletes would exceed the guard of this run. */
  refuses(deletes: number): boolean {
    return this.isGuarded && deletes > 0 && this.refusalOf(this.done + deletes) !== null;
  }

  private refusalOf(deletes: number): string | null {
    if (deletes === 0 || deletes + this.earlier <= this.alwaysAllowed) return null;
    const alone = guardDeletions(deletes, this.arrived, this.limits);
    return alone ?? guardDeletions(this.earlier + deletes, this.earlier + this.arrived, this.limits);
  }

  /** Called before anything is deleted. Throws GuardTripped if this many further deletes would exceed the guard. */
  expect(deletes: number): void {
    if (deletes === 0) return;
    this.refused ??= this.refusalOf(this.done + deletes);
    if (this.isGuarded && this.refused)
      throw new GuardTripped(
        `${this.refused} Nothing more was deleted. If this is intended, start the sync again with override_guard and a reason.`,
      );
  }

  spend(deletes: number): void {
    this.expect(deletes);
    this.done += deletes;
  }
}
