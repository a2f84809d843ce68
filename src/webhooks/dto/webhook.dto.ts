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
