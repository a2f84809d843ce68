import { Module } from '@nestjs/common';
import { TaskRunner } from '../jobs/task.runner.ts';
import { SignInController } from './sign-in.controller.ts';

@Module({ controllers: [SignInController] })
export class DashboardModule {
  constructor(runner: TaskRunner) {
    runner.registerStatement({
      name: 'expired-sign-ins',
      everySeconds: 600,
      statement: { text: 'SELECT app.cleanup_sign_ins(500) AS changed' },
    });
  }
}
