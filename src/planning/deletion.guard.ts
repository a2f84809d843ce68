/** `settings.delete_guard_percent` and `delete_guard_count` of the connection where items are deleted. */
export interface DeletionLimits {
  readonly percent: number;
  readonly count: number | null;
  /** `approval_deletes` of the organization: what is more than that needs a second person. */
  readonly onePerson?: number | null;
}

/** One sentence that says why the deletes of a run are refused. Null when they are allowed. Pure. */
export function guardDeletions(deletes: number, arrived: number, { percent, count }: DeletionLimits): string | null {
  if (deletes === 0) return null;
  const share = shareOf(deletes, arrived);
  if (count !== null && deletes > count) return `${told(deletes, arrived)}, which is above the guard of ${count}.`;
  if (share > percent) return `${told(deletes, arrived)}, which is above the guard of ${percent} %.`;
  return null;
}

const shareOf = (deletes: number, arrived: number) => (arrived > 0 ? (deletes / arrived) * 100 : 100);
const told = (deletes: number, arrived: number) =>
  `${deletes} of ${arrived} (${shareOf(deletes, arrived).toFixed(1)} %) would be deleted`;

/** Thrown when a run would delete more than its guard allows. The message says which limit was exceeded. */
export class GuardTripped extends Error {
  override readonly name = 'GuardTripped';
}

/**
 * `guard`: nothing is deleted without an override. `approval`: one person may not, by a sync or by an apply; a second person lets an
 * apply begin, so it does not stop one.
 */
export interface Refusals {
  readonly guard: string | null;
  readonly approval: string | null;
}

const ADVICE = {
  guard: 'If this is intended, start the sync again with override_guard and a reason.',
  approval: 'If this is intended, preview the sync and apply the preview, which a second person approves.',
} as const;

export interface BudgetState {
  /**
   * What a refusal does: it stops a run before it deletes, a preview or reconcile notes it and goes on, and a run with an override ignores it.
   * An apply is stopped by the guard alone.
   */
  readonly onRefusal: 'stop' | 'stop at the guard' | 'note' | 'ignore';
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
  private readonly onRefusal: BudgetState['onRefusal'];
  private readonly earlier: number;
  private readonly alwaysAllowed: number;
  private done: number;
  private noted: Refusals = { guard: null, approval: null };

  constructor(limits: DeletionLimits, { onRefusal, arrived, done, earlier = 0, alwaysAllowed = 0 }: BudgetState) {
    this.limits = limits;
    this.onRefusal = onRefusal;
    this.arrived = arrived;
    this.done = done;
    this.earlier = earlier;
    this.alwaysAllowed = alwaysAllowed;
  }

  /** Why the deletes so far are refused. */
  get refusals(): Refusals {
    const { guard, approval } = this.refusalsOf(this.done);
    return { guard: this.noted.guard ?? guard, approval: this.noted.approval ?? approval };
  }

  /** Whether this many further deletes would exceed a limit that this run is held to, or that its preview tells. */
  exceeds(deletes: number): boolean {
    if (this.onRefusal === 'ignore' || deletes === 0) return false;
    const { guard, approval } = this.refusalsOf(this.done + deletes);
    return guard !== null || (approval !== null && this.onRefusal !== 'stop at the guard');
  }

  private refusalsOf(deletes: number): Refusals {
    if (deletes === 0 || deletes + this.earlier <= this.alwaysAllowed) return { guard: null, approval: null };
    const { onePerson = null } = this.limits;
    const [all, there] = [this.earlier + deletes, this.earlier + this.arrived];
    return {
      guard: guardDeletions(deletes, this.arrived, this.limits) ?? guardDeletions(all, there, this.limits),
      approval:
        onePerson !== null && all > onePerson
          ? `${told(all, there)}, and one person may delete no more than ${onePerson}.`
          : null,
    };
  }

  /** Called before anything is deleted. Throws GuardTripped if this many further deletes would exceed a limit of this run. */
  expect(deletes: number): void {
    if (deletes > 0) this.meet(this.refusalsOf(this.done + deletes));
  }

  /** As `expect`, for a reason of the guard that is no number. */
  refuse(guard: string): void {
    this.meet({ guard, approval: null });
  }

  private meet({ guard, approval }: Refusals): void {
    this.noted = { guard: this.noted.guard ?? guard, approval: this.noted.approval ?? approval };
    if (this.onRefusal === 'note' || this.onRefusal === 'ignore') return;
    if (this.noted.guard) throw new GuardTripped(`${this.noted.guard} Nothing more was deleted. ${ADVICE.guard}`);
    if (this.noted.approval && this.onRefusal === 'stop')
      throw new GuardTripped(`${this.noted.approval} Nothing more was deleted. ${ADVICE.approval}`);
  }

  spend(deletes: number): void {
    this.expect(deletes);
    this.done += deletes;
  }
}
