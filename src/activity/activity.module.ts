import { Module } from '@nestjs/common';
import { ActivityController } from './activity.controller.ts';
import { ActivityMaintenance } from './activity.maintenance.ts';
import { ActivityService } from './activity.service.ts';
import { TrailExporter } from './export/trail.exporter.ts';
import { TrailRoots } from './export/trail.roots.ts';
import { TrailSealer } from './sealing/trail.sealer.ts';
import { TrailVerification } from './sealing/trail.verification.ts';
import { TrendHours } from './trends/trend.hours.ts';

/** The audit trail, for the modules that write to it, and its scheduled maintenance. */
@Module({
  providers: [ActivityService, ActivityMaintenance, TrailSealer, TrailRoots, TrailExporter, TrendHours],
  exports: [ActivityService],
})
export class ActivityModule {}

/** Its endpoints. */
@Module({
  imports: [ActivityModule],
  controllers: [ActivityController],
  providers: [TrailVerification],
})
export class ActivityApiModule {}
