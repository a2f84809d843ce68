import { Injectable, type OnModuleInit } from '@nestjs/common';
import { JobQueue } from '../jobs/job.queue.ts';
import { runAsWorker } from '../tenancy/tenant.context.ts';
import { ScheduleRunner } from './schedule.runner.ts';

/** What a job of the queue `sync-schedules` says. */
export interface ScheduleJob {
  readonly org_id: string;
  readonly schedule_id: string;
}

/** Takes what pg-boss's clocks send. */
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
      { handle: ({ org_id, schedule_id }) => runAsWorker(org_id, () => this.runner.strike(schedule_id)) },
    );
  }
}
