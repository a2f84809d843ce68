import { createHash } from 'node:crypto';
import { ENTITY_TYPES } from '../../canonical/canonical.types.ts';
import type { WebhookEvent, WebhookReceiver, WebhookRequest } from '../../contract/connector.types.ts';
import { idOf, recordOf } from '../mapping/raw.reader.ts';
import { verifySignature } from './webhook.signature.ts';

const EVENTS: ReadonlySet<string> = new Set(['created', 'updated', 'deleted', 'restored']);

/** WooCommerce sends this ping when a webhook is created: unsigned, urlencoded, and it expects 200. */
const PING = /^webhook_id=\d+$/;

export const woocommerceWebhooks: WebhookReceiver = {
  receive(request, secret) {
    const { headers, body } = request;
    if (headers['x-wc-webhook-signature'] === undefined && PING.test(body.toString('latin1').trim())) {
      return { kind: 'ignored', reason: 'This is the ping of a new webhook.' };
    }
    verifySignature(request, secret);
    return eventOf(request);
  },
};

function eventOf({ headers, body }: WebhookRequest): WebhookEvent {
  const topic = headers['x-wc-webhook-topic'] ?? '';
  const delivery = headers['x-wc-webhook-delivery-id'] ?? '';
  const [resource, event = ''] = topic.split('.');
  const entity = ENTITY_TYPES.find((name) => name === resource);
  if (entity === undefined || !EVENTS.has(event)) {
    return { kind: 'ignored', reason: `The service does not sync the topic "${topic.slice(0, 60)}".` };
  }
  const payload = recordOf(parse(body));
  // A variation arrives as a product of its own. We sync the product that it belongs to, which still exists.
  const parent = entity === 'product' && payload.type === 'variation' ? idOf({ id: payload.parent_id }) : null;
  const id = parent ?? idOf(payload);
  if (id === null) return { kind: 'ignored', reason: `The webhook "${topic}" has no id.` };
  return {
    kind: 'change',
    entity_type: entity,
    external_id: String(id),
    deleted: event === 'deleted' && parent === null,
    // All deliveries of a webhook in one second share the id, so it is not enough by itself.
    delivery_key: createHash('sha256').update(`${topic}\n${id}\n${delivery}\n`).update(body).digest('hex'),
    names_delivery: delivery !== '',
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
