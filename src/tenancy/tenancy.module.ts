import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TenancyInterceptor } from './tenancy.interceptor.ts';
import { TenantDatabase } from './tenant.database.ts';
import { WhoamiController } from './whoami.controller.ts';

@Global()
@Module({
  controllers: [WhoamiController],
  providers: [TenantDatabase, { provide: APP_INTERCEPTOR, useClass: TenancyInterceptor }],
  exports: [TenantDatabase],
})
export class TenancyModule {}
