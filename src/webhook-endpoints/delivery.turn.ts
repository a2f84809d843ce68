import { Inject, Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { DeliveryMetrics } from '../metrics/delivery.metrics.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { plainId, tracedRoot } from '../tracing/tracing.ts';
import { waitAfterFailure } from './delivery.backoff.ts';
import { type Attempt, type DueDelivery, dueDeliveries, endTurn, failWaiting, noteAttempt } from './delivery.sql.ts';
import { originOf } from './endpoint.address.ts';
import { disableEndpoint, type EndpointRow } from './endpoint.sql.ts';
import { MessageSender } from './message.sender.ts';

/** Deliveries that are read at once; each holds at most some 70 KB. */
const BATCH_SIZE = 20;
/** After this time an endpoint makes place for others; with the last attempt a turn takes at most 20 s. */
const TURN_MS = 10_000;
/** After so many failures in a row a receiver is taken to be gone or overloaded, and gets a rest. */
const FAILURES_A_TURN = 3;
/** Deliveries of an endpoint that are done and kept as its log. */
const KEPT = 5_000;
/** The receiver wants nothing any more. */
const GONE = 410;

/** One endpoint's deliveries, one after another, for a limited time. */
@Injectable()
export class DeliveryTurn {
  constructor(
    private readonly database: TenantDatabase,
    private readonly sender: MessageSender,
    private readonly activity: ActivityService,
    private readonly metrics: DeliveryMetrics,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  /** Runs as the endpoint's organization. What was not noted because the process ended is sent again: at least once. */
  async run(endpointId: string, signal: AbortSignal): Promise<void> {
    const { orgId } = currentTenant();
    const attempts: Attempt[] = [];
    try {
      for await (const delivery of this.due(endpointId)) {
        const attempt = await this.attempt(endpointId, delivery, signal);
        const wait = waitAfterFailure(delivery.attempts + 1, attempt.requestedWaitMs, Math.random());
        await this.database.query(noteAttempt(orgId, delivery.id, attempt, wait));
        this.metrics.attempted(attempt);
        attempts.push(attempt);
        if (signal.aborted || attempt.status === GONE || isFailing(attempts)) break;
      }
    } finally {
      await this.end(endpointId, attempts);
    }
  }

  /** In the trace of what made the event, however often it is tried. Nothing of the trace is told to the receiver. */
  private attempt(endpointId: string, delivery: DueDelivery, signal: AbortSignal): Promise<Attempt> {
    const { orgId } = currentTenant();
    const { event_type, format, attempts, traceparent } = delivery;
    const values = {
      ...{ 'sync.org_id': plainId(orgId), 'sync.event_type': event_type, 'sync.format': format },
      'sync.attempts_before': attempts,
    };
    return tracedRoot({ name: 'webhook delivery', kind: 'call', values, parent: traceparent }, async (span) => {
      const attempt = await this.sender.send(orgId, endpointId, delivery, signal);
      span?.set({ 'sync.delivered': attempt.delivered, 'sync.response_status': attempt.status ?? undefined });
      return attempt;
    });
  }

  private async *due(endpointId: string): AsyncGenerator<DueDelivery> {
    const { orgId } = currentTenant();
    const over = performance.now() + TURN_MS;
    for (;;) {
      const batch = await this.database.read<DueDelivery>(dueDeliveries(orgId, endpointId, BATCH_SIZE));
      if (batch.length === 0) return;
      for (const delivery of batch) {
        if (performance.now() > over) return;
        yield delivery;
      }
    }
  }

  private end(endpointId: string, attempts: readonly Attempt[]): Promise<void> {
    const { orgId } = currentTenant();
    const turn = {
      lastDelivered: attempts.at(-1)?.delivered ?? null,
      anyDelivered: attempts.some(({ delivered }) => delivered),
      isHeld: isFailing(attempts),
    };
    const bounds = { kept: KEPT, failingDays: this.env.SYNC_WEBHOOK_FAILING_DAYS };
    return this.database.transaction(async (transaction) => {
      const [ended] = await transaction.query<{ failed_too_long: boolean }>(endTurn(orgId, endpointId, turn, bounds));
      if (attempts.at(-1)?.status === GONE) await this.disable(endpointId, 'the receiver answered with 410: gone');
      else if (ended?.failed_too_long)
        await this.disable(endpointId, `no delivery has succeeded for ${bounds.failingDays} days`);
    });
  }

  private async disable(endpointId: string, reason: string): Promise<void> {
    const { orgId } = currentTenant();
    const [row] = await this.database.query<EndpointRow>(disableEndpoint(orgId, endpointId, reason));
    if (!row) return;
    await this.database.query(failWaiting(orgId, endpointId, 'the endpoint was disabled'));
    await this.activity.append({
      ...{ activity_type: 'webhook_endpoint_disabled', status: 'failed', error_message: reason },
      details: { endpoint_id: endpointId, origin: originOf(row.url), events: row.events },
    });
  }
}

const isFailing = (attempts: readonly Attempt[]): boolean =>
  attempts.length >= FAILURES_A_TURN && attempts.slice(-FAILURES_A_TURN).every(({ delivered }) => !delivered);
