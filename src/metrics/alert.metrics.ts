import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { MetricsRegistry } from './metrics.controller.ts';

/** What the evaluation of alert rules did on this replica. */
@Injectable()
export class AlertMetrics {
  private readonly ends: Counter;
  private readonly messages: Counter;
  private readonly lastPass: Gauge;
  private readonly lag: Gauge;

  constructor({ registry }: MetricsRegistry) {
    const registers = [registry];
    this.ends = new Counter({
      ...{ name: 'sync_alert_ends_total', help: 'Ended syncs that alert rules were compared with', registers },
    });
    this.messages = new Counter({
      ...{ name: 'sync_alert_messages_total', help: 'Changes of state of alerts that were told', registers },
    });
    this.lastPass = new Gauge({
      name: 'sync_alert_last_evaluation_timestamp_seconds',
      help: 'When this replica last evaluated the alert rules that were due; it does so every second',
      registers,
    });
    this.lag = new Gauge({
      name: 'sync_alert_lag_seconds',
      help: 'By how much the latest evaluation of alert rules was overdue in the cluster, as last seen here by the task alert-heartbeat',
      registers,
    });
  }

  evaluated(ends: number, messages: number): void {
    this.ends.inc(ends);
    this.messages.inc(messages);
  }

  passed(): void {
    this.lastPass.setToCurrentTime();
  }

  lagged(seconds: number): void {
    this.lag.set(seconds);
  }
}
