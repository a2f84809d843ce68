import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { MetricsRegistry } from './metrics.controller.ts';

/** The labels of runs: kinds of things only, never an organization, a connection or an id. */
interface RunLabels {
  /** Of the source. */
  readonly system: string;
  readonly entity_type: string;
  readonly kind: string;
}

interface FreshLabels {
  readonly connection_id: string;
  readonly entity_type: string;
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

/** How many connections and entity types have a series of their own, where the operator wants any. The oldest one makes room. */
const MOST_FRESH = 2_000;

/** What the workers of this process do. */
@Injectable()
export class RunMetrics {
  private readonly ended: Counter;
  private readonly items: Counter;
  private readonly seconds: Histogram;
  private readonly active: Gauge;
  /** Undefined: no connection is named. */
  private readonly fresh: Gauge | undefined;
  /** The connections that have a series, the one that succeeded last at the end. */
  private readonly named = new Map<string, FreshLabels>();

  constructor({ registry }: MetricsRegistry, @Inject(ENVIRONMENT) environment: Environment) {
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
    if (environment.SYNC_METRICS_CONNECTIONS)
      this.fresh = new Gauge({
        name: 'sync_connection_last_success_timestamp_seconds',
        help: 'When a sync from a connection last completed in a worker of this process; the newest of all processes counts',
        labelNames: ['connection_id', 'entity_type'],
        registers: [registry],
      });
    this.active = new Gauge({
      name: 'sync_runs_active',
      help: 'Runs that workers of this process are at',
      registers: [registry],
    });
  }

  /** `connectionId`: of the source. */
  start(labels: RunLabels, connectionId: string): RunMeter {
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
        if (status === undefined) return;
        this.ended.inc({ ...labels, status });
        const { kind, entity_type } = labels;
        if (kind === 'sync' && status.startsWith('completed'))
          this.succeeded({ connection_id: connectionId, entity_type });
      },
    };
  }

  private succeeded(labels: FreshLabels): void {
    if (!this.fresh) return;
    const key = `${labels.connection_id} ${labels.entity_type}`;
    this.named.delete(key);
    this.named.set(key, labels);
    this.fresh.setToCurrentTime({ ...labels });
    const [oldest] = this.named;
    if (this.named.size <= MOST_FRESH || !oldest) return;
    this.named.delete(oldest[0]);
    this.fresh.remove({ ...oldest[1] });
  }
}
