/** Something that is done now and then, once in the whole cluster. */
export interface ScheduledTask {
  /** Names its row in app.scheduled_tasks and its metrics; never renamed. */
  readonly name: string;
  /** Seconds from one start to the next, by the database's clock. */
  readonly everySeconds: number;
  /**
   * Does one small batch and returns how many rows (partitions, …) it changed; called again at once while it changed
   * something. Idempotent: a process may die in the middle.
   */
  run(): Promise<number>;
}
