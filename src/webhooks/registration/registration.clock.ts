import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import PQueue from 'p-queue';
import type pg from 'pg';
import { within } from '../../common/clock.ts';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { TASK_POOL } from '../../database/database.module.ts';
import { outages } from '../../database/outage.log.ts';
import { runAsWorker } from '../../tenancy/tenant.context.ts';
import { dueChecks } from './registration.sql.ts';
import { WebhookRegistration } from './webhook.registration.ts';

const EVERY_MS = 5_000;
/** Of a round. One organization has two of them, so that its slow shops leave time for those of others. */
const BATCH_SIZE = 20;
const PER_ORGANIZATION = 2;
/** At once, each with a deadline: a round ends within two and a half minutes. */
const CONCURRENCY = 4;
const TIMEOUT_MS = 30_000;
const STOP_WITHIN_MS = 2_000;

/** Looks after the webhooks of the connections that are due. Every worker process does, and a look is claimed in the database. */
@Injectable()
export class RegistrationClock implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Webhooks');
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;

  constructor(
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    @Inject(ENVIRONMENT) private readonly env: Environment,
    private readonly registration: WebhookRegistration,
  ) {}

  onApplicationBootstrap(): void {
    if (this.env.SYNC_WORKER === 'off') return;
    this.timer = setInterval(() => this.startRound(), EVERY_MS);
    this.startRound();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.timer);
    await within(STOP_WITHIN_MS, this.round);
  }

  /** Resolves when the round is over, which may have begun before. */
  startRound(): Promise<void> {
    this.round ??= this.checkDue()
      .catch((error: unknown) => {
        if (!outages.tell(error)) this.logger.warn({ err: error }, 'could not look for webhooks that are due');
      })
      .finally(() => {
        this.round = undefined;
      });
    return this.round;
  }

  private async checkDue(): Promise<void> {
    const { text, values } = dueChecks(BATCH_SIZE, PER_ORGANIZATION);
    const { rows } = await this.pool.query<{ org_id: string; id: string }>(text, values as unknown[]);
    const queue = new PQueue({ concurrency: CONCURRENCY });
    await queue.addAll(
      rows.map(
        ({ org_id, id }) =>
          () =>
            this.check(org_id, id),
      ),
    );
  }

  /** One that fails on our side is due again in some minutes. */
  private async check(orgId: string, connectionId: string): Promise<void> {
    const { signal: stopped } = this.stopping;
    if (stopped.aborted) return;
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]);
    await runAsWorker(orgId, () => this.registration.check(connectionId, signal)).catch((error: unknown) => {
      if (!outages.tell(error))
        this.logger.warn(
          { err: error, org_id: orgId, connection_id: connectionId },
          'webhooks could not be looked after',
        );
    });
  }
}
