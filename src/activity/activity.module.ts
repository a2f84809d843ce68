import { Module } from '@nestjs/common';
import { ActivityController } from './activity.controller.ts';
import { ActivityService } from './activity.service.ts';
import { ActivityUpkeep } from './activity.upkeep.ts';

@Module({
  controllers: [ActivityController],
  providers: [ActivityService, ActivityUpkeep],
})
export class ActivityModule {}
