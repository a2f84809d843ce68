import type { Provider } from '@nestjs/common';
import { maintenance } from '../jobs/task.runner.ts';

const task = (name: string, everySeconds: number, call: string): Provider =>
  maintenance(name, () => ({ everySeconds, statement: { text: `SELECT app.${call} AS changed` } }));

/** Deletes what ended runs leave behind, and what belonged to a removed connection. */
export const RUN_MAINTENANCE: readonly Provider[] = [
  task('seen-items', 60, 'cleanup_seen(5000)'),
  task('expired-preview-changes', 600, 'cleanup_preview_changes(1000)'),
  task('old-webhooks', 86_400, 'cleanup_hook_deliveries(1000)'),
  task('removed-connections', 600, 'purge_removed_connections(1000)'),
];
