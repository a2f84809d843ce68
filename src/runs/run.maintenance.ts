import type { Provider } from '@nestjs/common';
import { maintenance } from '../jobs/task.runner.ts';

const task = (name: string, everySeconds: number, call: string): Provider =>
  maintenance(name, () => ({ everySeconds, statement: { text: `SELECT app.${call} AS changed` } }));

/** Deletes what ended runs leave behind, and what belonged to a removed connection: sql/cleanup_seen.sql, sql/purge_removed_connections.sql. */
export const RUN_MAINTENANCE: readonly Provider[] = [
  task('seen-items', 60, 'cleanup_seen(5000)'),
  task('removed-connections', 600, 'purge_removed_connections(1000)'),
];
