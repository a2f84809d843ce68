import { type DynamicModule, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { ActivityModule } from './activity/activity.module.ts';
import { AuthModule } from './auth/auth.module.ts';
import { ConfigModule } from './config/config.module.ts';
import type { Environment } from './config/environment.ts';
import { ConnectorsApiModule, ConnectorsModule } from './connectors/connectors.module.ts';
import { DashboardModule } from './dashboard/dashboard.module.ts';
import { DatabaseModule } from './database/database.module.ts';
import { HealthModule } from './health/health.module.ts';
import { loggerOptions } from './http/logging.ts';
import { IdempotencyModule } from './idempotency/idempotency.module.ts';
import { JobsModule } from './jobs/jobs.module.ts';
import { UpkeepModule } from './maintenance.module.ts';
import { MetricsModule } from './metrics/metrics.module.ts';
import { PreviewCacheModule } from './preview-cache/preview-cache.module.ts';
import { ProgressModule } from './progress/progress.module.ts';
import { RunCoreModule } from './runs/run-core.module.ts';
import { RunsApiModule } from './runs/runs.module.ts';
import { TenancyModule } from './tenancy/tenancy.module.ts';
import { WhoamiModule } from './tenancy/whoami.module.ts';

/** What serves the API, and what a process with SYNC_WORKER=only does without. */
const API = [
  WhoamiModule,
  IdempotencyModule,
  ProgressModule,
  ActivityModule,
  PreviewCacheModule,
  ConnectorsApiModule,
  RunsApiModule,
  DashboardModule,
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
        JobsModule,
        UpkeepModule,
        ConnectorsModule,
        RunCoreModule,
        ...(environment.SYNC_WORKER === 'only' ? [] : API),
        HealthModule,
      ],
    };
  }
}
