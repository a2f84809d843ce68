import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TaskRunner } from './task.runner.ts';

@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [TaskRunner],
  exports: [TaskRunner],
})
export class JobsModule {}
