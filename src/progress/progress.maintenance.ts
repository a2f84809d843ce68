import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { TaskRunner } from '../jobs/task.runner.ts';

/** Ends syncs whose reporter went silent: as cancelled when that was asked for, else as timeout. */
@Injectable()
export class ProgressMaintenance {
  constructor(runner: TaskRunner, @Inject(ENVIRONMENT) env: Environment) {
    runner.registerStatement({
      name: 'silent-syncs',
      everySeconds: 30,
      statement: {
        text: 'SELECT app.end_silent_syncs(make_interval(mins => $1), 500) AS changed',
        values: [env.SYNC_SILENT_MINUTES],
      },
    });
  }
}
