import { ApiProperty } from '@nestjs/swagger';
import { EVENT_FILTERS } from '../event.types.ts';
import { MESSAGE_FORMATS, type MessageFormat } from '../message.body.ts';

/** A receiver of events. */
export class WebhookEndpointDto {
  @ApiProperty({ format: 'uuid', example: '5c2e7f10-8a4b-4d3c-9e1f-7b6a5d4c3b2a' })
  id: string;

  @ApiProperty({ example: 'https://hooks.example.com/syncs' })
  url: string;

  @ApiProperty({ type: String, nullable: true, example: 'Order desk' })
  description: string | null;

  @ApiProperty({ type: [String], enum: EVENT_FILTERS, example: ['sync.completed', 'sync.failed'] })
  events: string[];

  @ApiProperty({
    enum: MESSAGE_FORMATS,
    description:
      'standard: {type, timestamp, data}. cloudevents: CloudEvents 1.0 in JSON. slack: text and blocks for people, with links into the dashboard. The headers are the same. email: a mail to the addresses.',
    example: 'standard',
  })
  format: MessageFormat;

  @ApiProperty({ example: true })
  enabled: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'Why the service disabled it', example: null })
  disabled_reason: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'No delivery has succeeded since. Null while deliveries succeed.',
    example: null,
  })
  failing_since: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until then messages are also signed with the secret before the last rotation',
    example: null,
  })
  previous_secret_until: string | null;

  @ApiProperty({
    description: 'Deliveries that wait. At 10,000 no more are added until some are delivered.',
    example: 0,
  })
  waiting: number;

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  created_by: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T09:00:00.123456+00:00' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T09:00:00.123456+00:00' })
  updated_at: string;
}

/** With the secret, which no other response contains. */
export class CreatedWebhookEndpointDto extends WebhookEndpointDto {
  @ApiProperty({
    description: 'Verifies the signature of messages, as Standard Webhooks says. Keep it; it is shown once.',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  })
  secret: string;
}

export class WebhookEndpointListDto {
  @ApiProperty({ type: [WebhookEndpointDto] })
  items: WebhookEndpointDto[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: all are on one page', example: null })
  next_cursor: string | null;
}
