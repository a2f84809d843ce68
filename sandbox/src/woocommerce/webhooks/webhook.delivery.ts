import { createHash, createHmac } from 'node:crypto';
import { inOlderForm } from '../wordpress/older.form.ts';
import type { Delivery, WebhookRecord } from './webhook.types.ts';

/** Of WooCommerce 7.9 the older one. */
const userAgent = (legacy: boolean) =>
  `WooCommerce/${legacy ? '7.9.0 Hookshot (WordPress/6.1.9)' : '11.0.1 Hookshot (WordPress/7.1)'}`;

/** What WooCommerce sends when a webhook is made: a form, unsigned, without any X-WC header. */
export function pingOf({ id, deliveryUrl }: WebhookRecord, legacy: boolean): Delivery {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'User-Agent': userAgent(legacy) };
  return { url: deliveryUrl, headers, body: `webhook_id=${id}` };
}

/** A signed delivery. Its id is a hash of the webhook and the second, so two deliveries in one second share it. */
export function deliveryOf(
  webhook: WebhookRecord,
  body: object,
  { homeUrl, now, legacy }: { homeUrl: string; now: number; legacy: boolean },
): Delivery {
  const text = JSON.stringify(legacy ? inOlderForm(body) : body);
  return {
    url: webhook.deliveryUrl,
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': userAgent(legacy),
      'X-WC-Webhook-Source': `${homeUrl}/`,
      'X-WC-Webhook-Topic': `${webhook.resource}.${webhook.event}`,
      'X-WC-Webhook-Resource': webhook.resource,
      'X-WC-Webhook-Event': webhook.event,
      'X-WC-Webhook-Signature': createHmac('sha256', webhook.secret).update(text).digest('base64'),
      'X-WC-Webhook-ID': String(webhook.id),
      'X-WC-Webhook-Delivery-ID': createHash('md5')
        .update(`${webhook.id} ${Math.floor(now / 1000)}`)
        .digest('hex'),
    },
    body: text,
  };
}
