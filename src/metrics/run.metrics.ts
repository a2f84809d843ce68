import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics.controller.ts';

/** The labels of runs: kinds of things only, never an organization, a connection or an id. */
interface RunLabels {
  /** Of the source. */
  readonly system: string;
  readonly entity_type: string;
  readonly kind: string;
}

/** A batch whose commit has returned. */
export interface CommittedBatch {
  readonly seconds: number;
  /** Empty when nothing of it took effect. */
  readonly items: readonly { readonly outcome: string; readonly action?: string }[];
}

/** One worker's turn at a run. */
interface RunMeter {
  committed(batch: CommittedBatch): void;
  /** `ended`: the status, when the run ended with this turn. */
  stop(ended: string | undefined): void;
}

/** What the workers of this process do. */
@Injectable()
export class RunMetrics {
  private readonly ended: Counter;
  private readonly items: Counter;
  private readonly seconds: Histogram;
  private readonly active: Gauge;

  constructor({ registry }: MetricsRegistry) {
    const options = { labelNames: ['system', 'entity_type', 'kind'], registers: [registry] };
    this.ended = new Counter({
      ...options,
      name: 'sync_runs_ended_total',
      help: 'Runs that ended while a worker of this process had them',
      labelNames: [...options.labelNames, 'status'],
    });
    this.items = new Counter({
      ...options,
      name: 'sync_run_items_total',
      help: 'Items that runs committed; an action "stored" went to the records, changed or not',
      labelNames: [...options.labelNames, 'outcome', 'action'],
    });
    this.seconds = new Histogram({
      name: 'sync_run_batch_commit_seconds',
      help: 'Duration of the transaction that commits a batch',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    });
    this.active = new Gauge({
      name: 'sync_runs_active',
      help: 'Runs that workers of this process are at',
      registers: [registry],
    });
  }

  start(labels: RunLabels): RunMeter {
    this.active.inc();
    return {
      committed: ({ seconds, items }) => {
        this.seconds.observe(seconds);
        for (const { outcome, action } of items) {
          this.items.inc({ ...labels, outcome, action: action ?? (outcome === 'processed' ? 'stored' : outcome) });
        }
      },
      stop: (status) => {
        this.active.dec();
        if (status !== undefined) this.ended.inc({ ...labels, status });
      },
    };
  }
}
