import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { POOL } from '../database/database.module.ts';
import { MetricsRegistry } from '../metrics/metrics.controller.ts';
import { polledGauges } from '../metrics/polled.gauge.ts';

const STATES = ['waiting', 'ready', 'paused'];

/** The runs of the cluster that are not over, by their state. */
@Injectable()
export class OpenRunsMetrics {
  constructor({ registry }: MetricsRegistry, @Inject(POOL) pool: pg.Pool) {
    const name = 'sync_runs_open';
    const help =
      'Runs of the cluster that are not over; state: waiting for a slot or an approval, ready: in the queue or at work, paused';
    polledGauges(registry, [{ name, help, labelNames: ['state'] }], async () => {
      const { rows } = await pool.query<{ state: string; runs: number }>('SELECT state, runs FROM app.open_runs()');
      const found = new Map(rows.map(({ state, runs }) => [state, runs]));
      return { [name]: STATES.map((state) => ({ labels: { state }, value: found.get(state) ?? 0 })) };
    });
  }
}
