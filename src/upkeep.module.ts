import { Module } from '@nestjs/common';
import { ActivityUpkeep } from './activity/activity.upkeep.ts';
import { SignInUpkeep } from './dashboard/sign-in.upkeep.ts';
import { IdempotencyUpkeep } from './idempotency/idempotency.upkeep.ts';
import { PreviewUpkeep } from './preview-cache/preview.upkeep.ts';
import { ProgressUpkeep } from './progress/progress.upkeep.ts';
import { RunUpkeep } from './runs/run.upkeep.ts';

/** The scheduled tasks of every module, apart from their APIs: a process that does background work only has no other part. */
@Module({ providers: [PreviewUpkeep, ActivityUpkeep, ProgressUpkeep, IdempotencyUpkeep, SignInUpkeep, RunUpkeep] })
export class UpkeepModule {}
