import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { ACTIVE_STATUSES } from '../common/sync-status.ts';
import { POOL } from '../database/database.module.ts';
import { MetricsRegistry } from '../metrics/metrics.controller.ts';
import { polledGauges } from '../metrics/polled.gauge.ts';

/** The syncs of the cluster that are not over, by their status: the runs of the service, and what other services report. */
@Injectable()
export class OpenSyncsMetrics {
  constructor({ registry }: MetricsRegistry, @Inject(POOL) pool: pg.Pool) {
    const name = 'sync_syncs_open';
    const help = 'Syncs of the cluster that are not over, runs of the service and reported ones, by their status';
    polledGauges(registry, [{ name, help, labelNames: ['status'] }], async () => {
      const { rows } = await pool.query<{ status: string; syncs: number }>(
        'SELECT status, syncs FROM app.open_syncs()',
      );
      const found = new Map(rows.map(({ status, syncs }) => [status, syncs]));
      return { [name]: ACTIVE_STATUSES.map((status) => ({ labels: { status }, value: found.get(status) ?? 0 })) };
    });
  }
}
