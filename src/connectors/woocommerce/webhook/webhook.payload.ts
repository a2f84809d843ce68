import { createHash } from 'node:crypto';
import { ENTITY_TYPES } from '../../canonical/canonical.types.ts';
import type { WebhookEvent, WebhookReceiver, WebhookRequest } from '../../contract/webhook.types.ts';
import { idOf, recordOf } from '../mapping/raw.reader.ts';
import type { Raw } from '../shop/shop.client.ts';
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
    const reason = `The service does not sync the topic "${topic.slice(0, 60)}".`;
    return { kind: 'ignored', reason, refused_as: 'unknown_topic' };
  }
  const parsed = parse(body);
  if (parsed === undefined) return { kind: 'ignored', reason: 'The body is not JSON.', refused_as: 'bad_json' };
  const payload = recordOf(parsed);
  // What is gone for good when the shop sends the webhook has an error for its body, which names nothing.
  if (isError(payload)) return { kind: 'ignored', reason: `The webhook "${topic}" is about what no longer exists.` };
  // A variation arrives as a product of its own. We sync the product that it belongs to, which still exists.
  const parent = entity === 'product' && payload.type === 'variation' ? idOf({ id: payload.parent_id }) : null;
  const id = parent ?? idOf(payload);
  if (id === null) return { kind: 'ignored', reason: `The webhook "${topic}" has no id.`, refused_as: 'no_id' };
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

/** `{"code": "woocommerce_rest_…", "data": {"status": 404}}`; also with an id, it says nothing of the thing with that id. */
function isError({ code, data }: Raw): boolean {
  return typeof code === 'string' && 'status' in recordOf(data);
}

/** Undefined when it is no JSON. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
