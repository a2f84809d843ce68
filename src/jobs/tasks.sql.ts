import type { Statement } from '../database/database.ts';
import type { ScheduledTask } from './scheduled.task.ts';

/** One row: this turn is ours. A turn that never finished (its process died) is free again after its time or ten minutes. */
export const claimTask = ({ name, everySeconds }: ScheduledTask): Statement => ({
  text: `
    INSERT INTO app.scheduled_tasks AS t (name) VALUES ($1)
    ON CONFLICT (name) DO UPDATE SET started_at = now(), finished_at = NULL, runs = t.runs + 1
     WHERE t.started_at <= now() - make_interval(secs => $2)
       AND (t.finished_at IS NOT NULL OR t.started_at <= now() - greatest(make_interval(secs => $2), interval '10 minutes'))
    RETURNING name`,
  values: [name, everySeconds],
});

export const finishTask = ({ name }: ScheduledTask, changed: number, failure: unknown): Statement => ({
  text: `
    UPDATE app.scheduled_tasks SET finished_at = now(), changed = changed + $2, last_error = $3 WHERE name = $1`,
  values: [name, changed, failure === undefined ? null : String(failure).slice(0, 1000)],
});
