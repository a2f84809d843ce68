import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Counter, Gauge, Histogram } from 'prom-client';
import { HEALTH_POOL, HOT_POOL, POOL, TASK_POOL, TENANT_POOL } from '../database/database.module.ts';
import { ConnectionShares } from '../tenancy/connection.shares.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { MetricsRegistry } from './metrics.controller.ts';

/** Transactions of organizations, the connections of this process, and the organizations' shares of them. */
@Injectable()
export class DatabaseMetrics {
  constructor(
    { registry }: MetricsRegistry,
    database: TenantDatabase,
    shares: ConnectionShares,
    @Inject(POOL) general: pg.Pool,
    @Inject(TASK_POOL) tasks: pg.Pool,
    @Inject(TENANT_POOL) tenants: pg.Pool,
    @Inject(HOT_POOL) hot: pg.Pool,
    @Inject(HEALTH_POOL) health: pg.Pool,
  ) {
    const registers = [registry];
    const transactions = new Histogram({
      name: 'sync_transaction_duration_seconds',
      help: 'Transactions for one organization, with the wait for a connection; kind: read, write, export, work; outcome: done, failed',
      labelNames: ['kind', 'outcome'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    const waited = new Counter({
      name: 'sync_transaction_wait_seconds_total',
      help: 'How long transactions waited for a connection: for the share of their organization and for the pool',
      labelNames: ['kind'],
      registers,
    });
    database.onTransaction = ({ kind, seconds, waitedSeconds, succeeded }) => {
      transactions.observe({ kind, outcome: succeeded ? 'done' : 'failed' }, seconds);
      waited.inc({ kind }, waitedSeconds);
    };
    const pools = { general, tasks, tenants, reports: hot, health };
    new Gauge({
      name: 'sync_db_connections',
      help: 'Connections of this process by pool; state: busy, idle, and waiting for those who wait for one',
      labelNames: ['pool', 'state'],
      registers,
      collect() {
        for (const [pool, { totalCount, idleCount, waitingCount }] of Object.entries(pools)) {
          this.set({ pool, state: 'busy' }, totalCount - idleCount);
          this.set({ pool, state: 'idle' }, idleCount);
          this.set({ pool, state: 'waiting' }, waitingCount);
        }
      },
    });
    new Gauge({
      name: 'sync_db_connections_max',
      help: 'How many connections a pool of this process may have',
      labelNames: ['pool'],
      registers,
      collect() {
        for (const [pool, { options }] of Object.entries(pools)) this.set({ pool }, options.max ?? 0);
      },
    });
    const share = (name: string, help: string, read: () => number) =>
      new Gauge({
        ...{ name, help, registers },
        collect() {
          this.set(read());
        },
      });
    share('sync_db_share_organizations', 'Organizations that hold connections now', () => shares.state.organizations);
    share('sync_db_share_full', 'Organizations that hold all of their share', () => shares.state.full);
    share('sync_db_share_waiting', 'Transactions that wait for their organization to give a connection back', () => {
      return shares.state.waiting;
    });
  }
}
