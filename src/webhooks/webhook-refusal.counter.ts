import { Injectable, Logger } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { REFUSALS, type WebhookRefusal } from '../connectors/connections/webhook.refusals.ts';
import { outages } from '../database/outage.log.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { countRefusals, type ToldRefusals } from './webhook-refusals.sql.ts';

interface Open {
  readonly counts: Map<WebhookRefusal, number>;
  last: WebhookRefusal;
  /** Of the write that includes these. */
  readonly written: Promise<void>;
}

/**
 * Counts refused webhooks at their connection. Anybody can send one, so a process writes one statement at a time for a connection, however
 * many come: those that come meanwhile are counted by the next.
 */
@Injectable()
export class WebhookRefusalCounter {
  readonly #logger = new Logger(WebhookRefusalCounter.name);
  readonly #open = new Map<string, Open>();
  readonly #writing = new Map<string, Promise<void>>();

  constructor(
    private readonly database: TenantDatabase,
    private readonly activity: ActivityService,
  ) {}

  /** Within the tenant of the connection. Resolves when it is counted; a failure is logged, since the sender's answer stays the same. */
  count(connectionId: string, refusal: WebhookRefusal): Promise<void> {
    const waiting = this.#open.get(connectionId);
    if (waiting) {
      waiting.counts.set(refusal, (waiting.counts.get(refusal) ?? 0) + 1);
      waiting.last = refusal;
      return waiting.written;
    }
    const before = this.#writing.get(connectionId) ?? Promise.resolve();
    const written = before.then(() => this.#write(connectionId));
    this.#open.set(connectionId, { counts: new Map([[refusal, 1]]), last: refusal, written });
    return written;
  }

  async #write(connectionId: string): Promise<void> {
    const open = this.#open.get(connectionId);
    if (!open) return;
    this.#open.delete(connectionId);
    this.#writing.set(connectionId, open.written);
    try {
      await this.#store(connectionId, open);
    } catch (error) {
      if (!outages.tell(error))
        this.#logger.warn({ err: error, connection_id: connectionId }, 'refused webhooks could not be counted');
    } finally {
      if (this.#writing.get(connectionId) === open.written) this.#writing.delete(connectionId);
    }
  }

  async #store(connectionId: string, { counts, last }: Open): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const statement = countRefusals(currentTenant().orgId, connectionId, counts, last);
      const [told] = await transaction.query<ToldRefusals>(statement);
      if (!told?.tells) return;
      await this.activity.append({
        ...{ activity_type: 'webhooks_refused', status: 'failed', source_system: told.system },
        error_message: `A webhook was refused because ${REFUSALS[last]}.`,
        details: { connection_id: connectionId, name: told.name, reason: last, refused: told.webhooks_refused },
      });
    });
  }
}
