import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics.controller.ts';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The reports that this process gathers into calls. */
@Injectable()
export class ReportMetrics {
  private readonly answered: Counter;
  private readonly lag: Histogram;
  private readonly calls: Histogram;
  private readonly sizes: Counter;

  constructor(private readonly metrics: MetricsRegistry) {
    const registers = [this.metrics.registry];
    this.answered = new Counter({
      name: 'sync_reports_total',
      help: 'Reports of progress; outcome: reported, what the caller did wrong, refused since too many waited, or failed',
      labelNames: ['outcome'],
      registers,
    });
    this.lag = new Histogram({
      ...{ name: 'sync_report_lag_seconds', help: 'From the arrival of a report until it is committed', registers },
      buckets: BUCKETS,
    });
    this.calls = new Histogram({
      ...{ name: 'sync_report_call_seconds', help: 'Duration of a call that carries reports of many', registers },
      buckets: BUCKETS,
    });
    this.sizes = new Counter({
      ...{
        name: 'sync_report_call_reports_total',
        help: 'Reports that calls carried, repeated ones included',
        registers,
      },
    });
  }

  /** `look` tells what waits when somebody asks. */
  watch(look: () => { readonly waiting: number; readonly oldestSeconds: number }): void {
    const registers = [this.metrics.registry];
    new Gauge({
      ...{ name: 'sync_reports_waiting', help: 'Reports that are not committed yet', registers },
      collect() {
        this.set(look().waiting);
      },
    });
    new Gauge({
      ...{ name: 'sync_reports_oldest_seconds', help: 'How long the oldest of them has waited', registers },
      collect() {
        this.set(look().oldestSeconds);
      },
    });
  }

  done(outcome: string, seconds: number): void {
    this.answered.inc({ outcome });
    this.lag.observe(seconds);
  }

  lost(outcome: 'refused' | 'failed'): void {
    this.answered.inc({ outcome });
  }

  called(reports: number, seconds: number): void {
    this.calls.observe(seconds);
    this.sizes.inc(reports);
  }
}
