import { ConnectorError } from '../../contract/connector.error.ts';
import type { FoundWebhook, WebhookRegistrar, WebhookTarget, WebhookTopic } from '../../contract/webhook.types.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import { readListing } from '../pagination/listing.reader.ts';
import type { Raw, ShopClient } from '../shop/shop.client.ts';

const EVENTS = {
  customer: ['created', 'updated', 'deleted'],
  product: ['created', 'updated', 'deleted', 'restored'],
  order: ['created', 'updated', 'deleted', 'restored'],
} as const;

const TOPICS: readonly WebhookTopic[] = (['customer', 'product', 'order'] as const).flatMap((entity_type) =>
  EVENTS[entity_type].map((event) => ({ topic: `${entity_type}.${event}`, entity_type })),
);

/** A shop with more is not searched to its end, and nothing is added to it. */
const MOST = 2_000;

/** The webhooks of a shop, over its REST API. */
export class ShopWebhooks implements WebhookRegistrar {
  readonly topics = TOPICS;
  readonly #client: ShopClient;

  constructor(client: ShopClient) {
    this.#client = client;
  }

  async find(path: string, signal: AbortSignal): Promise<FoundWebhook[]> {
    const found = new Map<string, FoundWebhook>();
    let seen = 0;
    const visit = (rows: readonly Raw[]) => {
      seen += rows.length;
      for (const webhook of rows.flatMap((row) => webhookOf(row, path))) found.set(webhook.id, webhook);
      return seen > MOST;
    };
    const params = { _fields: 'id,status,topic,delivery_url' };
    await readListing(this.#client, { path: '/webhooks', params }, visit, signal);
    if (seen > MOST) throw new ConnectorError('rejected', `The shop has more than ${MOST} webhooks.`);
    return [...found.values()];
  }

  async register(found: readonly FoundWebhook[], target: WebhookTarget, signal: AbortSignal): Promise<void> {
    for (const { topic } of TOPICS) {
      const [kept, ...others] = found.filter((webhook) => webhook.topic === topic).sort(byState);
      if (!kept) await this.#create(topic, target, signal);
      else if (target.renewsSecret || kept.url !== target.url || kept.state === 'disabled')
        await this.#mend(kept, target, signal);
      await this.remove(others, signal);
    }
  }

  async remove(found: readonly FoundWebhook[], signal: AbortSignal): Promise<void> {
    for (const { id } of found) {
      const request = {
        method: 'DELETE',
        path: `/webhooks/${id}`,
        params: { force: 'true' },
        idempotent: true,
      } as const;
      await this.#client.send(request, signal).catch(unlessGone);
    }
  }

  async #create(topic: string, { url, secret }: WebhookTarget, signal: AbortSignal): Promise<void> {
    const body = { name: `Sync Operations: ${topic}`, topic, delivery_url: url, secret, status: 'active' };
    await this.#client.send({ method: 'POST', path: '/webhooks', body, idempotent: false }, signal);
  }

  async #mend({ id, state }: FoundWebhook, { url, secret }: WebhookTarget, signal: AbortSignal): Promise<void> {
    const body = { delivery_url: url, secret, ...(state === 'disabled' && { status: 'active' }) };
    await this.#client.send({ method: 'PUT', path: `/webhooks/${id}`, body, idempotent: true }, signal);
  }
}

const STATES = ['active', 'paused', 'disabled'] as const;

/** The one that works best is kept. */
const byState = (a: FoundWebhook, b: FoundWebhook): number => STATES.indexOf(a.state) - STATES.indexOf(b.state);

function webhookOf(row: Raw, path: string): FoundWebhook[] {
  const id = idOf(row);
  const topic = TOPICS.find((known) => known.topic === row.topic)?.topic;
  const state = STATES.find((known) => known === row.status);
  const url = textOf(row.delivery_url);
  if (id === null || !topic || !state || url === null) return [];
  return URL.canParse(url) && new URL(url).pathname.endsWith(path) ? [{ id: String(id), topic, state, url }] : [];
}

/** Somebody removed it meanwhile. WooCommerce 7.9 says so with 400. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ConnectorError) || (error.status !== 404 && error.status !== 400)) throw error;
}
