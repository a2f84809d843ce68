import { Global, Module } from '@nestjs/common';
import { IdempotencyInterceptor } from './idempotency.interceptor.ts';
import { IdempotencyUpkeep } from './idempotency.upkeep.ts';

@Global()
@Module({
  providers: [IdempotencyInterceptor, IdempotencyUpkeep],
  exports: [IdempotencyInterceptor],
})
export class IdempotencyModule {}
