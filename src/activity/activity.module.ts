import { Module } from '@nestjs/common';
import { ActivityController } from './activity.controller.ts';
import { ActivityService } from './activity.service.ts';

@Module({
  controllers: [ActivityController],
  providers: [ActivityService],
  exports: [ActivityService],
})
export class ActivityModule {}
