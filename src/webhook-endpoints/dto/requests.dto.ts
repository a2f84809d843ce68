import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsOptional,
  Matches,
} from 'class-validator';
import { EnumProperty, IntegerProperty, TextProperty } from '../../common/bounds.decorator.ts';
import { PageQuery } from '../../common/list-query.dto.ts';
import { EVENT_FILTERS } from '../event.types.ts';
import { MESSAGE_FORMATS, type MessageFormat } from '../message.body.ts';
import { DELIVERY_STATES, type DeliveryState } from './delivery.dto.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The fields have no initial values, because ChangeWebhookEndpointDto inherits them. */
export class CreateWebhookEndpointDto {
  @TextProperty({
    maxLength: 2_000,
    description:
      'https, on the public internet, without a user; redirects are not followed. For the format email: mailto: and up to 10 addresses, with commas',
    example: 'https://hooks.example.com/syncs',
  })
  url: string;

  @ApiProperty({
    type: [String],
    enum: EVENT_FILTERS,
    description: 'The types to send; sync.* means all of a kind, * everything',
    example: ['sync.completed', 'sync.failed'],
  })
  @IsIn(EVENT_FILTERS, { each: true })
  @ArrayUnique()
  @ArrayMaxSize(EVENT_FILTERS.length)
  @ArrayMinSize(1)
  // The last one is asked first: a wrong type is told before anything else.
  @IsArray()
  events: string[];

  @TextProperty({ maxLength: 200, optional: true, example: 'Order desk' })
  description?: string;

  @EnumProperty({
    values: MESSAGE_FORMATS,
    optional: true,
    default: 'standard',
    description: 'slack: an incoming webhook of Slack or alike. email: events of alerts only.',
    example: 'standard',
  })
  format?: MessageFormat;

  @ApiPropertyOptional({ default: true, example: true })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;
}

/** Fields that are omitted keep their values. */
export class ChangeWebhookEndpointDto extends PartialType(CreateWebhookEndpointDto) {}

export class RotateSecretDto {
  @IntegerProperty({
    min: 0,
    max: 7 * 86_400,
    optional: true,
    default: 86_400,
    description: 'For so long messages are signed with both secrets',
    example: 86_400,
  })
  overlap_seconds?: number = 86_400;
}

export class WebhookEndpointIdParam {
  @ApiProperty({ format: 'uuid', example: '5c2e7f10-8a4b-4d3c-9e1f-7b6a5d4c3b2a' })
  @Matches(UUID, { message: 'endpoint_id must be a UUID' })
  endpoint_id: string;
}

export class WebhookDeliveryIdParam extends WebhookEndpointIdParam {
  @ApiProperty({ format: 'uuid', example: '0e4c8f3a-6d1b-4f7e-a2c9-3b5d7f9e1a2c' })
  @Matches(UUID, { message: 'delivery_id must be a UUID' })
  delivery_id: string;
}

export class WebhookDeliveriesQuery extends PageQuery {
  @EnumProperty({ values: DELIVERY_STATES, optional: true, example: 'failed' })
  state?: DeliveryState;
}

export class ReplayDeliveriesDto {
  @ApiProperty({ format: 'date-time', description: 'Of the events', example: '2026-11-22T08:00:00Z' })
  @IsISO8601({ strict: true, strictSeparator: true })
  since: string;

  @EnumProperty({
    values: ['failed', 'all'],
    optional: true,
    default: 'failed',
    description: 'all: also those that were delivered',
    example: 'failed',
  })
  state?: 'failed' | 'all' = 'failed';
}
