import { type DynamicModule, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { ActivityApiModule, ActivityModule } from './activity/activity.module.ts';
import { AlertsApiModule, AlertsModule } from './alerts/alerts.module.ts';
import { AuthModule } from './auth/auth.module.ts';
import { ConfigModule } from './config/config.module.ts';
import type { Environment } from './config/environment.ts';
import { ConnectorsApiModule, ConnectorsModule } from './connectors/connectors.module.ts';
import { ConsoleApiModule } from './console/console.module.ts';
import { DashboardApiModule, DashboardModule } from './dashboard/dashboard.module.ts';
import { DatabaseModule } from './database/database.module.ts';
import { ErasuresApiModule, ErasuresModule } from './erasures/erasures.module.ts';
import { Draining } from './health/draining.ts';
import { HealthController } from './health/health.controller.ts';
import { loggerOptions } from './http/logging.ts';
import { IdempotencyModule } from './idempotency/idempotency.module.ts';
import { JobsModule } from './jobs/jobs.module.ts';
import { MembersApiModule, MembersModule } from './members/members.module.ts';
import { MetricsModule } from './metrics/metrics.module.ts';
import { PreviewCacheApiModule, PreviewCacheModule } from './preview-cache/preview-cache.module.ts';
import { PreviewsApiModule, PreviewsModule } from './previews/previews.module.ts';
import { ProgressApiModule, ProgressModule } from './progress/progress.module.ts';
import { QuotasApiModule, QuotasModule } from './quotas/quotas.module.ts';
import { RecordsApiModule } from './records/records.module.ts';
import { RunsApiModule, RunsModule } from './runs/runs.module.ts';
import { SchedulesApiModule, SchedulesModule } from './schedules/schedules.module.ts';
import { TenancyApiModule, TenancyModule } from './tenancy/tenancy.module.ts';
import { WebhookEndpointsApiModule, WebhookEndpointsModule } from './webhook-endpoints/webhook-endpoints.module.ts';
import { WebhooksApiModule, WebhooksModule } from './webhooks/webhooks.module.ts';

/** What serves the API, and what a process with SYNC_WORKER=only does without. */
const API = [
  TenancyApiModule,
  QuotasApiModule,
  ProgressApiModule,
  ActivityApiModule,
  PreviewCacheApiModule,
  MembersApiModule,
  ConnectorsApiModule,
  RecordsApiModule,
  RunsApiModule,
  PreviewsApiModule,
  SchedulesApiModule,
  WebhooksApiModule,
  WebhookEndpointsApiModule,
  ConsoleApiModule,
  AlertsApiModule,
  ErasuresApiModule,
  DashboardApiModule,
];

@Module({})
export class AppModule {
  static for(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.for(environment),
        LoggerModule.forRoot(loggerOptions(environment.LOG_LEVEL)),
        MetricsModule,
        DatabaseModule,
        AuthModule,
        TenancyModule,
        QuotasModule,
        JobsModule,
        IdempotencyModule,
        ProgressModule,
        ActivityModule,
        PreviewCacheModule,
        MembersModule,
        ConnectorsModule,
        RunsModule,
        PreviewsModule,
        SchedulesModule,
        WebhooksModule,
        WebhookEndpointsModule,
        AlertsModule,
        ErasuresModule,
        DashboardModule,
        ...(environment.SYNC_WORKER === 'only' ? [] : API),
      ],
      controllers: [HealthController],
      providers: [Draining],
    };
  }
}
