import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';
import { within } from '../common/clock.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { POOL } from '../database/database.module.ts';
import { outages } from '../database/outage.log.ts';
import { runAsWorker } from '../tenancy/tenant.context.ts';
import { claimEndpoints } from './delivery.sql.ts';
import { DeliveryTurn } from './delivery.turn.ts';

const EVERY_MS = 1_000;
/** Endpoints that a process serves at once. A turn mostly waits for a receiver, so they cost little. */
const SLOTS = 32;
/** Endpoints of one organization that are served at once in the cluster. */
const SLOTS_OF_ONE = 2;
/** Above what a turn takes. The deliveries of a worker that was killed go on after it. */
const LEASE_SECONDS = 60;
const STOP_WITHIN_MS = 3_000;

/**
 * Gives the endpoints that have something to be delivered their turns, those of all organizations in turn. Every worker process does it. The
 * rows that wait are the queue: a delivery is written with its event, so that a job for each in pg-boss would be a second copy.
 */
@Injectable()
export class DeliveryWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('WebhookEndpoints');
  private readonly stopping = new AbortController();
  private readonly turns = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private claiming: Promise<void> | undefined;

  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    @Inject(ENVIRONMENT) private readonly env: Environment,
    private readonly turn: DeliveryTurn,
  ) {}

  onApplicationBootstrap(): void {
    if (this.env.SYNC_WORKER === 'off') return;
    this.timer = setInterval(() => this.wake(), EVERY_MS);
  }

  /** An attempt that is cut off is made again by another worker. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort(new Error('the service stops'));
    await within(STOP_WITHIN_MS, Promise.all([this.claiming, ...this.turns]));
  }

  /** Starts the turns that are due, as many as there are slots, and returns when they have begun. */
  wake(): Promise<void> {
    this.claiming ??= this.claim()
      .catch((error: unknown) => {
        if (!outages.tell(error)) this.logger.warn({ err: error }, 'could not look for webhook deliveries');
      })
      .finally(() => {
        this.claiming = undefined;
      });
    return this.claiming;
  }

  /** Waits for the turns that have begun. */
  async settled(): Promise<void> {
    await Promise.all(this.turns);
  }

  private async claim(): Promise<void> {
    const free = SLOTS - this.turns.size;
    if (free === 0 || this.stopping.signal.aborted) return;
    const { text, values } = claimEndpoints(free, SLOTS_OF_ONE, LEASE_SECONDS);
    const { rows } = await this.pool.query<{ org_id: string; endpoint_id: string }>(text, values as unknown[]);
    for (const { org_id, endpoint_id } of rows) {
      const turn = runAsWorker(org_id, () => this.turn.run(endpoint_id, this.stopping.signal))
        .catch((error: unknown) => {
          if (this.stopping.signal.aborted || outages.tell(error)) return;
          this.logger.warn(
            { err: error, org_id, endpoint_id },
            'a turn of a webhook endpoint failed; it is tried again',
          );
        })
        .finally(() => this.turns.delete(turn));
      this.turns.add(turn);
    }
  }
}
