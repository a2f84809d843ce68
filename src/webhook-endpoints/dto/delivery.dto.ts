import { ApiProperty } from '@nestjs/swagger';

export const DELIVERY_STATES = ['waiting', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One event for one endpoint, and what its last attempt came to. */
export class WebhookDeliveryDto {
  @ApiProperty({ format: 'uuid', example: '0e4c8f3a-6d1b-4f7e-a2c9-3b5d7f9e1a2c' })
  id: string;

  @ApiProperty({ format: 'uuid', example: '5c2e7f10-8a4b-4d3c-9e1f-7b6a5d4c3b2a' })
  endpoint_id: string;

  @ApiProperty({
    format: 'uuid',
    description: 'webhook-id is msg_ and this id, the same for every endpoint and attempt',
    example: '9a1d3c5e-7f2b-4e6d-8c0a-1b3d5f7e9c2a',
  })
  event_id: string;

  @ApiProperty({ example: 'sync.completed' })
  event_type: string;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { sync_id: 'sync-woo-1762430000000' } })
  data: Record<string, unknown>;

  @ApiProperty({ enum: DELIVERY_STATES, example: 'delivered' })
  state: DeliveryState;

  @ApiProperty({ example: 1 })
  attempts: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  next_attempt_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-22T14:00:03.123456+00:00' })
  attempted_at: string | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Of HTTP, or the code of the mail server. Null when no complete response arrived',
    example: 204,
  })
  response_status: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why the last attempt failed', example: null })
  error_message: string | null;

  @ApiProperty({ type: Number, nullable: true, example: 38 })
  duration_ms: number | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:00:03.001234+00:00' })
  created_at: string;
}

export class WebhookDeliveryPageDto {
  @ApiProperty({ type: [WebhookDeliveryDto] })
  items: WebhookDeliveryDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}

export class ReplayedDto {
  @ApiProperty({ description: 'How many deliveries are sent again', example: 12 })
  replayed: number;
}
