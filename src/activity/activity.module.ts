import { Module } from '@nestjs/common';
import { ActivityController } from './activity.controller.ts';
import { ActivityMaintenance } from './activity.maintenance.ts';
import { ActivityService } from './activity.service.ts';

/** The audit trail, for the modules that write to it, and its scheduled maintenance. */
@Module({
  providers: [ActivityService, ActivityMaintenance],
  exports: [ActivityService],
})
export class ActivityModule {}

/** Its endpoints. */
@Module({
  imports: [ActivityModule],
  controllers: [ActivityController],
})
export class ActivityApiModule {}
