import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics.controller.ts';

/** Counts what is sent to webhook endpoints, each attempt separately. */
@Injectable()
export class DeliveryMetrics {
  private readonly attempts: Counter;
  private readonly seconds: Histogram;

  constructor({ registry }: MetricsRegistry) {
    this.attempts = new Counter({
      name: 'sync_webhook_attempts_total',
      help: 'Attempts to deliver an event to a webhook endpoint; outcome: delivered, refused by a response, or failed without one',
      labelNames: ['outcome'],
      registers: [registry],
    });
    this.seconds = new Histogram({
      name: 'sync_webhook_attempt_seconds',
      help: 'How long receivers take for an event',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    });
  }

  attempted(attempt: {
    readonly delivered: boolean;
    readonly status: number | null;
    readonly durationMs: number;
  }): void {
    const outcome = attempt.delivered ? 'delivered' : attempt.status === null ? 'failed' : 'refused';
    this.attempts.inc({ outcome });
    this.seconds.observe(attempt.durationMs / 1000);
  }
}
