import { Injectable } from '@nestjs/common';
import { TaskRunner } from '../jobs/task.runner.ts';

/** Deletes sign-in links nobody used and sessions that ended. */
@Injectable()
export class SignInMaintenance {
  constructor(runner: TaskRunner) {
    runner.registerStatement({
      name: 'expired-sign-ins',
      everySeconds: 600,
      statement: { text: 'SELECT app.cleanup_sign_ins(500) AS changed' },
    });
  }
}
