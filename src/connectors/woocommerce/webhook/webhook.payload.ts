import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { ENTITY_TYPES } from '../../canonical/canonical.types.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { WebhookEvent, WebhookReceiver, WebhookRequest } from '../../contract/connector.types.ts';
import { idOf, recordOf } from '../mapping/raw.reader.ts';

const EVENTS: ReadonlySet<string> = new Set(['created', 'updated', 'deleted', 'restored']);

/** The shop's greeting when a webhook is made: unsigned, urlencoded, and it must be answered 200. */
const PING = /^webhook_id=\d+$/;

/** Reads what a shop sends: `X-WC-Webhook-Signature` is base64 of HMAC-SHA256 over the raw body. */
export const woocommerceWebhooks: WebhookReceiver = {
  receive({ headers, body }, secret) {
    const signature = headers['x-wc-webhook-signature'];
    if (signature === undefined && PING.test(body.toString('latin1').trim())) {
      return { kind: 'ignored', reason: 'The greeting of a new webhook.' };
    }
    if (secret === '' || !isSignedWith(secret, body, signature ?? '')) {
      throw new ConnectorError('auth', 'The signature of the webhook is wrong.');
    }
    return eventOf(headers, body);
  },
};

function eventOf(headers: WebhookRequest['headers'], body: Buffer): WebhookEvent {
  const topic = headers['x-wc-webhook-topic'] ?? '';
  const [resource, event = ''] = topic.split('..');
  const entity = ENTITY_TYPES.find((name) => name === resource);
  if (entity === undefined || !EVENTS.has(event)) {
    return { kind: 'ignored', reason: `Nothing is synced by the topic "${topic.slice(0, 60)}".` };
  }
  const payload = recordOf(parse(body));
  // A variation comes as a product of its own; what is synced is the product it belongs to, which is still there.
  const parent = entity === 'product' && payload.type === 'variation' ? idOf({ id: payload.parent_id }) : null;
  const id = parent ?? idOf(payload);
  if (id === null) return { kind: 'ignored', reason: `The webhook "${topic}" names no id.` };
  return {
    kind: 'change',
    entity_type: entity,
    external_id: String(id),
    deleted: event === 'deleted' && parent === null,
    delivery_key: createHash('sha256').update(`${topic}\n${id}\n`).update(body).digest('hex'),
  };
}

/** Takes as long for a wrong signature as for a right one. */
function isSignedWith(secret: string, body: Buffer, signature: string): boolean {
  const expected = createHmac('sha256', secret).update(body).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
