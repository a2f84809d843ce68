import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { WebhookRequest } from '../../contract/webhook.types.ts';

/**
 * `X-WC-Webhook-Signature` is base64 of the HMAC-SHA256 of the raw body. Throws ConnectorError `auth` when it is wrong or missing. An
 * empty secret verifies nothing, since anybody could sign with it.
 */
export function verifySignature({ headers, body }: WebhookRequest, secret: string): void {
  const expected = createHmac('sha256', secret).update(body).digest();
  const given = Buffer.from(headers['x-wc-webhook-signature'] ?? '', 'base64');
  // A comparison in constant time does not show how much of a wrong signature is right.
  const matches = given.length === expected.length && timingSafeEqual(given, expected);
  if (secret === '' || !matches) throw new ConnectorError('auth', 'The signature of the webhook is wrong.');
}
