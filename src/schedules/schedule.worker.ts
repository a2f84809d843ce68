import { Injectable, type OnModuleInit } from '@nestjs/common';
import { JobQueue } from '../jobs/job.queue.ts';
import { runAsWorker } from '../tenancy/tenant.context.ts';
import { ScheduleRunner } from './schedule.runner.ts';

/** The payload of a job in the queue `sync-schedules`. */
export interface ScheduleJob {
  readonly org_id: string;
  readonly schedule_id: string;
}

/** Processes the jobs that the timers of pg-boss send. */
@Injectable()
export class ScheduleWorker implements OnModuleInit {
  constructor(
    private readonly queue: JobQueue,
    private readonly runner: ScheduleRunner,
  ) {}

  onModuleInit(): void {
    this.queue.work<ScheduleJob>(
      'sync-schedules',
      { pollingIntervalSeconds: 2 },
      { handle: ({ org_id, schedule_id }) => runAsWorker(org_id, () => this.runner.runDue(schedule_id)) },
    );
  }
}
