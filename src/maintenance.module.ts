import { Module } from '@nestjs/common';
import { ActivityUpkeep } from './activity/activity.maintenance.ts';
import { SignInUpkeep } from './dashboard/sign-in.maintenance.ts';
import { IdempotencyUpkeep } from './idempotency/idempotency.maintenance.ts';
import { PreviewUpkeep } from './preview-cache/preview.maintenance.ts';
import { ProgressUpkeep } from './progress/progress.maintenance.ts';
import { RunUpkeep } from './runs/run.maintenance.ts';

/** The scheduled tasks of every module, apart from their APIs: a process that does background work only has no other part. */
@Module({ providers: [PreviewUpkeep, ActivityUpkeep, ProgressUpkeep, IdempotencyUpkeep, SignInUpkeep, RunUpkeep] })
export class UpkeepModule {}
