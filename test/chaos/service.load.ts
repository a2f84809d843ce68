import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange } from '../support/load.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Patience } from './patience.ts';

const CLIENTS = 12;
const REPORTS = 8;
/** So that the load leaves something of two cores to what is to be seen. */
const PACE_MS = 25;
const RETRY_MS = 150;
/** A client gives up a connection that says nothing, and asks again. */
const GIVEN_UP_MS = 45_000;

/** What was acknowledged of a sync. */
export interface Acknowledged {
  count: number | undefined;
  entry: boolean;
  completed: boolean;
}

/** Clients that start syncs, report, write an entry of the trail and complete them; each sends again what it got no answer to. */
export class ServiceLoad {
  readonly syncs = new Map<string, Acknowledged>();
  readonly unexpected = new Map<string, number>();
  acknowledged = 0;
  private readonly replicas: () => readonly ServiceProcess[];
  private readonly headers: Readonly<Record<string, string>>;
  private readonly patience: Patience;
  private readonly agent = new Agent({ keepAlive: true });
  /** When what was acknowledged last had been sent, by client. */
  private readonly lastSent: number[] = Array.from({ length: CLIENTS }, () => 0);
  private readonly clients: Promise<unknown>;
  private isStopped = false;
  private turn = 0;

  /** `replicas`: those that serve; each request goes to the next. */
  constructor(
    replicas: () => readonly ServiceProcess[],
    headers: Readonly<Record<string, string>>,
    patience: Patience,
  ) {
    this.replicas = replicas;
    this.headers = headers;
    this.patience = patience;
    this.clients = Promise.all(this.lastSent.map((_, client) => this.work(client)));
  }

  servedSince(since: number): boolean {
    return this.lastSent.every((sent) => sent > since);
  }

  /** Every client ends the sync that it is at. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.race([this.clients, delay(60_000, undefined, { ref: false })]);
    this.agent.destroy();
  }

  private async work(client: number): Promise<void> {
    for (let round = 0; !this.isStopped; round += 1) {
      const sync_id = `load-${client}-${round}`;
      const sync: Acknowledged = { count: undefined, entry: false, completed: false };
      this.syncs.set(sync_id, sync);
      const own = `/api/sync/progress/${sync_id}`;
      const start = { sync_id, entity_type: 'customer', source_system: 'shop', total_items: REPORTS };
      await this.untilAcknowledged(client, 'POST', '/api/sync/progress', start);
      for (let count = 0; count < REPORTS; count += 1) {
        if (count > 0) await this.untilAcknowledged(client, 'PATCH', own, { processed_count: count });
        sync.count = count;
      }
      const entry = { sync_id, activity_type: 'chaos', status: 'completed' };
      await this.untilAcknowledged(client, 'POST', '/api/sync/activity', entry);
      sync.entry = true;
      await this.untilAcknowledged(client, 'POST', `${own}/complete`, {});
      sync.completed = true;
    }
  }

  private async untilAcknowledged(client: number, method: string, path: string, body: object): Promise<void> {
    const key = method === 'POST' ? { 'idempotency-key': randomUUID() } : undefined;
    for (;;) {
      await delay(PACE_MS);
      const sentAt = performance.now();
      const answer = await this.send(method, path, body, key);
      if (answer && answer.status < 300) {
        this.lastSent[client] = sentAt;
        this.acknowledged += 1;
        return;
      }
      if (answer && answer.status !== 503) {
        const what = `${method} ${path.replace(/load-\d+-\d+/, ':id')} ${answer.status} ${answer.text.slice(0, 200)}`;
        this.unexpected.set(what, (this.unexpected.get(what) ?? 0) + 1);
      }
      await delay(RETRY_MS);
    }
  }

  /** Null: no answer. */
  private async send(method: string, path: string, body: object, key?: object) {
    const replicas = this.replicas();
    this.turn += 1;
    const replica = replicas[this.turn % replicas.length];
    if (!replica) return null;
    const url = new URL(path, replica.url);
    const signal = AbortSignal.timeout(GIVEN_UP_MS);
    return this.patience
      .watch(replica, exchange(this.agent, url, method, { ...this.headers, ...key }, body, signal))
      .catch(() => null);
  }

  /** Resolves when so much was acknowledged since the load began. */
  async reaches(acknowledged: number): Promise<void> {
    await waitFor('the load is under way', () => this.acknowledged >= acknowledged, { withinMs: 60_000 });
  }
}
