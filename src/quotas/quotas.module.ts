import { Global, Module } from '@nestjs/common';
import { Quotas } from './quotas.ts';
import { UsageController } from './usage.controller.ts';

@Global()
@Module({ providers: [Quotas], exports: [Quotas] })
export class QuotasModule {}

/** What is used of what. */
@Module({ controllers: [UsageController] })
export class QuotasApiModule {}
