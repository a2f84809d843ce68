import { createHash } from 'node:crypto';
import type { Params } from '../wordpress/crud.routes.ts';
import { RestError } from '../wordpress/rest.error.ts';
import type { WebhookRecord } from './webhook.types.ts';

const TOPIC = /^(coupon|customer|order|product)\.(created|updated|deleted|restored)$/;

/** The shop's webhooks; failures are WooCommerce's own. */
export class WebhookStore {
  readonly #webhooks = new Map<number, WebhookRecord>();
  readonly #now: () => number;
  /** WooCommerce 7.9 answers 400 for one that does not exist (recording 172). */
  readonly #missing: 400 | 404;
  #nextId = 1;

  constructor(now: () => number, missing: 400 | 404) {
    this.#now = now;
    this.#missing = missing;
  }

  all(): WebhookRecord[] {
    return [...this.#webhooks.values()];
  }

  find(id: unknown): WebhookRecord | null {
    return this.#webhooks.get(Number(id)) ?? null;
  }

  get(id: unknown): WebhookRecord {
    const webhook = this.find(id);
    if (!webhook) throw invalid('id', 'ID is invalid.', this.#missing);
    return webhook;
  }

  create(input: Params): WebhookRecord {
    const now = this.#seconds();
    const id = this.#nextId++;
    // WooCommerce generates a secret that it never shows; here it is derived from the id.
    const secret = createHash('sha256').update(`webhook ${id}`).digest('hex');
    const webhook: WebhookRecord = {
      id,
      name: String(input.name ?? `Webhook created on ${new Date(now).toISOString().slice(0, 10)}`),
      status: 'active',
      ...readTopic(input.topic, 'Webhook topic is required and must be valid.'),
      deliveryUrl: readUrl(input.delivery_url),
      secret: String(input.secret || secret),
      createdAt: now,
      modifiedAt: null,
    };
    return this.#put(webhook);
  }

  update(input: Params): WebhookRecord {
    const before = this.find(input.id);
    if (!before) throw invalid('id', 'ID is invalid.', 400);
    return this.#put({
      ...before,
      status: (input.status as WebhookRecord['status'] | undefined) ?? before.status,
      name: String(input.name ?? before.name),
      ...(input.topic ? readTopic(input.topic, 'Webhook topic must be valid.') : {}),
      deliveryUrl: input.delivery_url ? readUrl(input.delivery_url) : before.deliveryUrl,
      secret: String(input.secret || before.secret),
      modifiedAt: this.#seconds(),
    });
  }

  disable(id: number): void {
    const webhook = this.find(id);
    if (webhook) this.#put({ ...webhook, status: 'disabled', modifiedAt: this.#seconds() });
  }

  delete(id: unknown, force: boolean): WebhookRecord {
    if (!force) throw new RestError('woocommerce_rest_trash_not_supported', 'Webhooks do not support trashing.', 501);
    const webhook = this.get(id);
    this.#webhooks.delete(webhook.id);
    return webhook;
  }

  #put(webhook: WebhookRecord): WebhookRecord {
    this.#webhooks.set(webhook.id, webhook);
    return webhook;
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000) * 1000;
  }
}

function readTopic(topic: unknown, complaint: string): Pick<WebhookRecord, 'resource' | 'event'> {
  const [, resource, event] = TOPIC.exec(String(topic ?? '').toLowerCase()) ?? [];
  if (!resource || !event) throw invalid('topic', complaint, 400);
  return { resource: resource as WebhookRecord['resource'], event: event as WebhookRecord['event'] };
}

function readUrl(url: unknown): string {
  const text = String(url ?? '');
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  const complaint = 'Webhook delivery URL must be a valid URL starting with http:// or https://.';
  throw invalid('delivery_url', complaint, 400);
}

function invalid(what: string, message: string, status: number): RestError {
  return new RestError(`woocommerce_rest_shop_webhook_invalid_${what}`, message, status);
}
