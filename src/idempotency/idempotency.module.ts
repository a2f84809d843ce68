import { Global, Module } from '@nestjs/common';
import { maintenance } from '../jobs/task.runner.ts';
import { IdempotencyInterceptor } from './idempotency.interceptor.ts';

/** Everywhere: any POST may take an Idempotency-Key. */
@Global()
@Module({
  providers: [
    IdempotencyInterceptor,
    maintenance('expired-idempotency-keys', () => ({
      everySeconds: 600,
      statement: { text: 'SELECT app.cleanup_idempotency_keys(1000) AS changed' },
    })),
  ],
  exports: [IdempotencyInterceptor],
})
export class IdempotencyModule {}
