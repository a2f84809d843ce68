import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { OrganizationDirectory } from './organization.directory.ts';
import { OrganizationsController } from './organizations.controller.ts';
import { OrganizationsService } from './organizations.service.ts';
import { TenancyInterceptor } from './tenancy.interceptor.ts';
import { TenantDatabase } from './tenant.database.ts';
import { WhoamiController } from './whoami.controller.ts';

@Global()
@Module({
  providers: [TenantDatabase, { provide: APP_INTERCEPTOR, useClass: TenancyInterceptor }],
  exports: [TenantDatabase],
})
export class TenancyModule {}

/** What a caller can ask about itself. */
@Module({
  controllers: [WhoamiController, OrganizationsController],
  providers: [OrganizationDirectory, OrganizationsService],
})
export class TenancyApiModule {}
