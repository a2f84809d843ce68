import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { JobQueue } from './job.queue.ts';
import { QueueMetrics } from './queue.metrics.ts';
import { TaskRunner } from './task.runner.ts';

@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [TaskRunner, JobQueue, QueueMetrics],
  exports: [TaskRunner, JobQueue],
})
export class JobsModule {}
