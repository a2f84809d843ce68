import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ConnectorErrorKind } from '../../contract/connector.error.ts';
import { WEBHOOK_STATES, type WebhookState } from '../../contract/webhook.types.ts';
import { SYSTEM_LIKENESSES, type SystemLikeness } from '../../systems/system.comparison.ts';
import { CONNECTION_STATUSES, type ConnectionStatus } from '../connection.types.ts';
import { REFUSALS, type WebhookRefusal } from '../webhook.refusals.ts';

const CHECKED_AT = '2026-11-22T14:02:26.123456+00:00';
const ERROR = 'The shop does not accept the key: Consumer key is invalid.';

/** A webhook that the service has registered in the system. */
export class ManagedTopicDto {
  @ApiProperty({ example: 'product.updated' })
  topic: string;

  @ApiProperty({
    enum: WEBHOOK_STATES,
    enumName: 'WebhookState',
    description:
      'When it was last looked at. disabled and missing: it is switched on, or created, again. paused: a person paused it, so it stays so',
    example: 'active',
  })
  state: WebhookState;

  @ApiProperty({ format: 'date-time', description: 'Since when it is in this state', example: CHECKED_AT })
  since: string;
}

/** The webhooks that the service registers in the system by itself. */
export class ManagedWebhooksDto {
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: CHECKED_AT })
  checked_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: CHECKED_AT })
  next_check_at: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why the last look failed', example: null })
  error: string | null;

  @ApiProperty({ type: [ManagedTopicDto] })
  topics: ManagedTopicDto[];
}

/**
 * Webhooks that were refused, or left aside, since the webhook secret was set, and those that the service has registered. Those that were
 * taken are not counted.
 */
export class ConnectionWebhooksDto {
  @ApiProperty({ type: 'integer', example: 3 })
  refused: number;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { signature: 3 } })
  by_reason: Record<string, number>;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: CHECKED_AT })
  last_refused_at: string | null;

  @ApiProperty({ type: String, enum: Object.keys(REFUSALS), nullable: true, example: 'signature' })
  last_reason: WebhookRefusal | null;

  @ApiProperty({
    type: ManagedWebhooksDto,
    nullable: true,
    description: 'null when a person registers the webhooks (the setting webhooks)',
  })
  managed: ManagedWebhooksDto | null;
}

/** A connection without its secrets. */
export class ConnectionDto {
  @ApiProperty({ format: 'uuid', example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
  id: string;

  @ApiProperty({ example: 'org-123' })
  org_id: string;

  @ApiProperty({ example: 'Main shop' })
  name: string;

  @ApiProperty({ example: 'woocommerce' })
  system: string;

  @ApiProperty({ description: 'Without a slash at its end', example: 'https://shop.example.com' })
  base_url: string;

  @ApiProperty({ example: true })
  has_credentials: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Including defaults',
    example: { delete_guard_percent: 15, on_conflict: 'skip', max_concurrency: 4 },
  })
  settings: Record<string, unknown>;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The path of this service that receives webhooks; null when the system sends none',
    example: '/api/sync/hooks/6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  webhook_url: string | null;

  @ApiProperty({ type: ConnectionWebhooksDto, nullable: true, description: 'null when the system sends no webhooks' })
  webhooks: ConnectionWebhooksDto | null;

  @ApiProperty({ enum: CONNECTION_STATUSES, enumName: 'ConnectionStatus', example: 'ok' })
  status: ConnectionStatus;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: CHECKED_AT })
  last_checked_at: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why the last check failed', example: ERROR })
  last_error: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Of the system, at the last check', example: '10.3.1' })
  version: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Who owns the credentials', example: 'sync@example.com' })
  account: string | null;

  @ApiProperty({ type: [String], example: ['the key may read but not write'] })
  warnings: string[];

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2027-02-01T00:00:00+00:00' })
  credentials_expire_at: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  created_by: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:00:00.123456+00:00' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:00:00.123456+00:00' })
  updated_at: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when no run from or to it starts or goes on. Null when it is not paused.',
    example: null,
  })
  paused_at: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Who paused it', example: null })
  paused_by: string | null;
}

export class CreatedConnectionDto extends ConnectionDto {
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Returned only once. Configure it in the system together with webhook_url; null when the system sends no webhooks',
    example: '2f1c0d9a7b6e45c8a1f3e5d7c9b0a2f4',
  })
  webhook_secret: string | null;
}

export class ConnectionPageDto {
  @ApiProperty({ type: [ConnectionDto] })
  items: ConnectionDto[];

  @ApiProperty({ type: String, nullable: true, description: 'null on the last page', example: null })
  next_cursor: string | null;
}

const KINDS = [
  ...['auth', 'forbidden', 'not-found', 'rejected', 'rate-limited', 'unavailable', 'timeout', 'protocol', 'too-large'],
  'address-refused',
];

export class ConnectionCheckErrorDto {
  @ApiProperty({ enum: KINDS, enumName: 'ConnectorErrorKind', example: 'auth' })
  kind: ConnectorErrorKind;

  @ApiProperty({ example: ERROR })
  message: string;
}

export class CheckedSystemDto {
  @ApiProperty({
    enum: SYSTEM_LIKENESSES,
    enumName: 'SystemLikeness',
    description:
      'new: nothing was synced with it before; same: its bindings hold; unclear: it may be the one that the connection is bound to, moved, or a copy; another: it is not that one. No sync runs while it is unclear or another',
    example: 'same',
  })
  likeness: SystemLikeness;

  @ApiProperty({ example: 'It is the system that this connection led to: its bindings hold.' })
  detail: string;
}

/** The result of a call to the system. */
export class ConnectionCheckDto {
  @ApiProperty({ description: 'When false, error says why', example: true })
  ok: boolean;

  @ApiProperty({ type: String, nullable: true, example: '10.3.1' })
  version: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'sync@example.com' })
  account: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2027-02-01T00:00:00.000Z' })
  credentials_expire_at: string | null;

  @ApiProperty({ type: [String], example: ['the key may read but not write'] })
  warnings: string[];

  @ApiProperty({
    type: CheckedSystemDto,
    nullable: true,
    description: 'Whether it is the system that the connection is bound to; null when it could not be asked',
  })
  system: CheckedSystemDto | null;

  @ApiPropertyOptional({ type: ConnectionCheckErrorDto })
  error?: ConnectionCheckErrorDto;
}
