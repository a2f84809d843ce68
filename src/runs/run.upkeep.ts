import { Injectable } from '@nestjs/common';
import { TaskRunner } from '../jobs/task.runner.ts';

/** Clears away what runs leave behind, and what a removed connection had. Each is a function of a file in an `sql` folder. */
@Injectable()
export class RunUpkeep {
  constructor(runner: TaskRunner) {
    const tasks = [
      { name: 'seen-items', everySeconds: 60, call: 'cleanup_seen(5000)' },
      { name: 'expired-preview-changes', everySeconds: 600, call: 'cleanup_preview_changes(1000)' },
      { name: 'old-webhooks', everySeconds: 86_400, call: 'cleanup_webhook_deliveries(1000)' },
      { name: 'removed-connections', everySeconds: 600, call: 'purge_removed_connections(1000)' },
    ];
    for (const { name, everySeconds, call } of tasks)
      runner.registerStatement({ name, everySeconds, statement: { text: `SELECT app.${call} AS changed` } });
  }
}
