import { AlertWorker } from '../../src/alerts/evaluation/alert.worker.ts';
import { DeliveryWorker } from '../../src/webhook-endpoints/delivery.worker.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { type TestService, token } from '../support/test-service.ts';

export interface ShownAlert {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly summary: string;
  readonly resolved_at: string | null;
  readonly resolution: string | null;
  readonly muted_until: string | null;
  readonly acknowledged_reason: string | null;
}

/** What the tests of alerts do with a service. */
export class AlertsOf {
  constructor(
    private readonly service: TestService,
    readonly org: string,
  ) {}

  async call(method: string, path: string, body?: object, scope = 'sync:admin') {
    return send(this.service, `/api/sync${path}`, {
      ...{ method, authorization: `Bearer ${await token(this.org, { scope })}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  async rule(kind: string, members: object = {}): Promise<string> {
    const made = await this.call('POST', '/alert-rules', { name: `rule ${kind}`, kind, ...members });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    // The first evaluation is over before anything happens.
    await this.look();
    return made.body.id;
  }

  admin<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return sql<Row>(this.service.database.superuserUrl, text, values);
  }

  /** A sync that others report, from its start to its end. */
  async ended(status: string, members: Record<string, unknown> = {}): Promise<string> {
    const row: Record<string, unknown> = {
      ...{ entity_type: 'customer', source_system: 'shop', processed_count: 10, total_items: null, ...members },
    };
    const names = Object.keys(row);
    const [made] = await this.admin<{ sync_id: string }>(
      `INSERT INTO sync_progress (org_id, sync_id, ${names.join(', ')})
       VALUES ($1, gen_random_uuid()::text, ${names.map((_, index) => `$${index + 2}`).join(', ')}) RETURNING sync_id`,
      [this.org, ...Object.values(row)],
    );
    const id = (made as { sync_id: string }).sync_id;
    await this.end(id, status);
    return id;
  }

  end(syncId: string, status: string): Promise<object[]> {
    return this.admin(`UPDATE sync_progress SET status = $3 WHERE org_id = $1 AND sync_id = $2`, [
      this.org,
      syncId,
      status,
    ]);
  }

  /** Evaluates what has ended. */
  async evaluate(): Promise<void> {
    const worker = this.service.app.get(AlertWorker);
    // A pass that began before may have read before.
    await worker.wake();
    await worker.wake();
  }

  /** Evaluates, with a look at what time has changed. */
  async look(): Promise<void> {
    await this.admin(`UPDATE sync_alert_turns SET due_at = '-infinity' WHERE org_id = $1`, [this.org]);
    await this.evaluate();
  }

  async deliver(): Promise<void> {
    const worker = this.service.app.get(DeliveryWorker);
    await worker.wake();
    await worker.settled();
  }

  async alerts(query = '?state=open'): Promise<ShownAlert[]> {
    return (await this.call('GET', `/alerts${query}`)).body.items;
  }

  async kinds(query = '?state=open'): Promise<string[]> {
    return (await this.alerts(query)).map(({ kind }) => kind).sort();
  }

  /** The types of what is told, in its order. */
  async told(): Promise<string[]> {
    const rows = await this.admin<{ event_type: string }>(
      `SELECT event_type FROM sync_webhook_deliveries WHERE org_id = $1 ORDER BY created_at, event_type`,
      [this.org],
    );
    return rows.map(({ event_type }) => event_type);
  }
}
