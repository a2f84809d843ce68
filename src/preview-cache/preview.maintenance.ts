import { Injectable } from '@nestjs/common';
import { TaskRunner } from '../jobs/task.runner.ts';

/** Deletes expired previews, as the guide's cleanup does by hand. */
@Injectable()
export class PreviewMaintenance {
  constructor(runner: TaskRunner) {
    runner.registerStatement({
      name: 'expired-previews',
      everySeconds: 300,
      statement: { text: 'SELECT auto_cleanup_preview_cache(500) AS changed' },
    });
  }
}
