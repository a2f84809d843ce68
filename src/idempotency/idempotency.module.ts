import { Global, Module } from '@nestjs/common';
import { IdempotencyInterceptor } from './idempotency.interceptor.ts';
import { IdempotencyMaintenance } from './idempotency.maintenance.ts';

/** Everywhere: any POST may take an Idempotency-Key. */
@Global()
@Module({
  providers: [IdempotencyInterceptor, IdempotencyMaintenance],
  exports: [IdempotencyInterceptor],
})
export class IdempotencyModule {}
