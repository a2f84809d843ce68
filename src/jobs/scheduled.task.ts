import type { Statement } from '../database/database.ts';

/** Something that is done now and then, once in the whole cluster. */
export interface ScheduledTask {
  /** Names its row in app.scheduled_tasks and its metrics; never renamed. */
  readonly name: string;
  /** Seconds from one start to the next, by the database's clock. */
  readonly everySeconds: number;
  /** When another process takes a turn over that did not end, if not after ten minutes: for a task that two may do at once. */
  readonly deadAfterSeconds?: number | undefined;
  /**
   * Does one small batch and returns how many rows (partitions, …) it changed; called again at once while it changed
   * something. Idempotent: a process may die in the middle.
   */
  run(): Promise<number>;
}

/** One row: this turn is ours. A turn that never finished (its process died) is free again after its time and ten minutes. */
export const claimTask = ({ name, everySeconds, deadAfterSeconds = 600 }: ScheduledTask): Statement => ({
  text: `
    INSERT INTO app.scheduled_tasks AS t (name) VALUES ($1)
    ON CONFLICT (name) DO UPDATE SET started_at = now(), finished_at = NULL, runs = t.runs + 1
     WHERE t.started_at <= now() - make_interval(secs => $2)
       AND (t.finished_at IS NOT NULL OR t.started_at <= now() - make_interval(secs => greatest($2, $3)))
    RETURNING name`,
  values: [name, everySeconds, deadAfterSeconds],
});

export const finishTask = ({ name }: ScheduledTask, changed: number, failure: unknown): Statement => ({
  text: `
    UPDATE app.scheduled_tasks SET finished_at = now(), changed = changed + $2, last_error = $3 WHERE name = $1`,
  values: [name, changed, failure === undefined ? null : String(failure).slice(0, 1000)],
});
