import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MetricsRegistry } from './metrics.controller.ts';

/** Counts calls to other systems, each attempt separately. */
@Injectable()
export class CallMetrics {
  private readonly calls: Counter;

  constructor({ registry }: MetricsRegistry) {
    this.calls = new Counter({
      name: 'sync_outbound_calls_total',
      help: 'Calls to connected systems, retries included; outcome: 2xx, 3xx, 4xx, 429, 5xx, or failed without a complete response',
      labelNames: ['system', 'outcome'],
      registers: [registry],
    });
  }

  /** `status` null: no complete response arrived. */
  recordResponse(system: string, status: number | null): void {
    this.calls.inc({ system, outcome: outcomeOf(status) });
  }
}

function outcomeOf(status: number | null): string {
  if (status === null) return 'failed';
  return status === 429 ? '429' : `${Math.floor(status / 100)}xx`;
}
