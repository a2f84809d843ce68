import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { POOL } from '../database/database.module.ts';
import { MetricsRegistry } from '../metrics/metrics.controller.ts';
import { polledGauges } from '../metrics/polled.gauge.ts';

interface QueueRow {
  readonly ready: number;
  readonly later: number;
  readonly active: number;
  readonly oldest_seconds: number;
}

/** A job that may start since a time waits since then. */
const LOOK = `
  SELECT count(*) FILTER (WHERE state < 'active' AND start_after <= now())::integer AS ready,
         count(*) FILTER (WHERE state < 'active' AND start_after > now())::integer AS later,
         count(*) FILTER (WHERE state = 'active')::integer AS active,
         coalesce(extract(epoch FROM now() - min(greatest(created_on, start_after))
           FILTER (WHERE state < 'active' AND start_after <= now())), 0)::double precision AS oldest_seconds
    FROM pgboss.job WHERE name = 'sync-runs' AND state <= 'active'`;

/** How much work waits for the workers, and for how long: whether there are enough of them. */
@Injectable()
export class QueueMetrics {
  constructor({ registry }: MetricsRegistry, @Inject(POOL) pool: pg.Pool) {
    polledGauges(
      registry,
      [
        {
          name: 'sync_queue_jobs',
          help: 'Runs in the queue of the cluster; state: ready for a worker, later: put off, active: a worker has it',
          labelNames: ['state'],
        },
        {
          name: 'sync_queue_oldest_seconds',
          help: 'How long the oldest run that is ready has waited for a worker; 0 when none waits',
        },
      ],
      async () => {
        const { rows } = await pool.query<QueueRow>(LOOK);
        const [row] = rows as [QueueRow];
        const states = ['ready', 'later', 'active'] as const;
        return {
          sync_queue_jobs: states.map((state) => ({ labels: { state }, value: row[state] })),
          sync_queue_oldest_seconds: [{ value: row.oldest_seconds }],
        };
      },
    );
  }
}
