import { Injectable } from '@nestjs/common';
import { TaskRunner } from '../jobs/task.runner.ts';

/** Forgets answers after their day. */
@Injectable()
export class IdempotencyMaintenance {
  constructor(runner: TaskRunner) {
    runner.registerStatement({
      name: 'expired-idempotency-keys',
      everySeconds: 600,
      statement: { text: 'SELECT app.cleanup_idempotency_keys(1000) AS changed' },
    });
  }
}
