import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics.controller.ts';

/** What the scheduled tasks did on this replica. */
@Injectable()
export class TaskMetrics {
  private readonly runs: Counter;
  private readonly changed: Counter;
  private readonly seconds: Histogram;
  private readonly lastSuccess: Gauge;

  constructor({ registry }: MetricsRegistry) {
    const options = { labelNames: ['task'], registers: [registry] };
    this.runs = new Counter({
      name: 'sync_task_runs_total',
      help: 'Runs of scheduled tasks',
      labelNames: ['task', 'outcome'],
      registers: [registry],
    });
    this.changed = new Counter({
      ...options,
      name: 'sync_task_changed_total',
      help: 'Rows or partitions changed by scheduled tasks',
    });
    this.seconds = new Histogram({
      ...options,
      name: 'sync_task_duration_seconds',
      help: 'Duration of scheduled tasks',
    });
    this.lastSuccess = new Gauge({
      ...options,
      name: 'sync_task_last_success_timestamp_seconds',
      help: 'When a scheduled task last succeeded here',
    });
  }

  start(task: string): { end(changed: number, succeeded: boolean): void } {
    const stop = this.seconds.startTimer({ task });
    return {
      end: (changed, succeeded) => {
        stop();
        this.runs.inc({ task, outcome: succeeded ? 'success' : 'failure' });
        this.changed.inc({ task }, changed);
        if (succeeded) this.lastSuccess.setToCurrentTime({ task });
      },
    };
  }
}
