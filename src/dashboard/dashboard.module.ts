import { Module } from '@nestjs/common';
import { SignInController } from './sign-in.controller.ts';
import { SignInMaintenance } from './sign-in.maintenance.ts';

/** What a process without an API needs of the dashboard: the removal of expired sessions. */
@Module({ providers: [SignInMaintenance] })
export class DashboardModule {}

/** Signing in and out. The page itself is served by dashboard.page.ts, outside Nest. */
@Module({ controllers: [SignInController] })
export class DashboardApiModule {}
