import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class WebhookParam {
  @ApiProperty({
    format: 'uuid',
    description: 'The id of the connection',
    example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  @Matches(UUID, { message: 'connection must be a UUID' })
  connection: string;
}

/** What the systems that send webhooks name in headers; on /docs, the signature is made of the body and the secret. */
export const WEBHOOK_HEADERS = [
  { name: 'X-WC-Webhook-Topic', description: 'Of a WooCommerce shop: what happened', example: 'customer.updated' },
  {
    name: 'X-WC-Webhook-Signature',
    description:
      'Of a WooCommerce shop: base64 of the HMAC-SHA256 of the body with the webhook secret of the connection',
    example: '0vL5eBYVeP1H2uS2Qp2hvCvBPVAc5z6vZzvCrkGm1t0=',
  },
];
export const WEBHOOK_BODY = {
  description: 'As the system sends it: its bytes are what is signed',
  required: false,
  schema: { type: 'object', additionalProperties: true, example: { id: 17, email: 'ada@example.com' } },
} as const;

const STATUSES = ['accepted', 'repeated', 'ignored'] as const;

/** The result of receiving a webhook. The sender may ignore it. */
export class WebhookResponseDto {
  @ApiProperty({
    enum: STATUSES,
    description:
      'accepted: a sync reads the item that the webhook names. repeated: the webhook was received before. ignored: a test message, or an event that is not synced.',
    example: 'accepted',
  })
  status: (typeof STATUSES)[number];
}
