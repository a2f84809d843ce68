import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { RunsModule } from '../runs/runs.module.ts';
import { CensusTask } from './census/census.task.ts';
import { ScheduleClock } from './schedule.clock.ts';
import { ScheduleRunner } from './schedule.runner.ts';
import { SchedulesController } from './schedules.controller.ts';
import { SchedulesService } from './schedules.service.ts';

/** Starts runs when their schedules are due, and censuses. */
@Module({
  imports: [RunsModule, ActivityModule],
  providers: [ScheduleClock, ScheduleRunner, CensusTask],
})
export class SchedulesModule {}

/** The endpoints of schedules. */
@Module({
  imports: [RunsModule, ConnectorsModule, ActivityModule],
  controllers: [SchedulesController],
  providers: [SchedulesService],
})
export class SchedulesApiModule {}
