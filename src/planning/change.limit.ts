/** Thrown before a run writes what one person may not. The message is for people. */
export class ApprovalWanted extends Error {
  override readonly name = 'ApprovalWanted';
  /** How long it waits for a second person. */
  readonly hours: number;

  constructor(message: string, hours: number) {
    super(message);
    this.hours = hours;
  }
}

/** `changes`: `approval_changes` of the organization, and null for a run that a second person has approved. `done`: what it has written before. */
export interface ChangeLimitState {
  readonly changes: number | null;
  readonly hours: number;
  readonly done: number;
}

/** Counts what one run writes to a system against what one person may write. */
export class ChangeLimit {
  private readonly changes: number | null;
  private readonly hours: number;
  private done: number;

  constructor({ changes, hours, done }: ChangeLimitState) {
    this.changes = changes;
    this.hours = hours;
    this.done = done;
  }

  /** Called before anything is written. Throws ApprovalWanted if this many further writes would be too many. */
  expect(writes: number): void {
    const { changes, done } = this;
    if (changes === null || writes === 0 || done + writes <= changes) return;
    const so = done === 0 ? 'It would change' : `It has changed ${done} and would change`;
    const most = `${writes} ${done === 0 ? '' : 'more '}in its next batch, and one person may change no more than ${changes}`;
    throw new ApprovalWanted(`${so} ${most}. A second person must approve it.`, this.hours);
  }

  spend(writes: number): void {
    this.done += writes;
  }
}
