import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TenancyInterceptor } from './tenancy.interceptor.ts';
import { TenantDatabase } from './tenant.database.ts';

@Global()
@Module({
  providers: [TenantDatabase, { provide: APP_INTERCEPTOR, useClass: TenancyInterceptor }],
  exports: [TenantDatabase],
})
export class TenancyModule {}
