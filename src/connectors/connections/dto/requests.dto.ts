import { ApiProperty, ApiPropertyOptional, PartialType, PickType } from '@nestjs/swagger';
import { IsBoolean, IsOptional, Matches } from 'class-validator';
import { TextProperty } from '../../../common/bounds.decorator.ts';
import { PageQuery } from '../../../common/list-query.dto.ts';
import { IsJsonObject } from '../../../common/validation.ts';
import { MIN_WEBHOOK_SECRET } from '../connection.input.ts';

const SECRET = '2f1c0d9a7b6e45c8a1f3e5d7c9b0a2f4';

export class CreateConnectionDto {
  @TextProperty({ maxLength: 200, description: 'Unique in your organization', example: 'Main shop' })
  name: string;

  @TextProperty({ maxLength: 100, description: 'One of GET /connectors', example: 'woocommerce' })
  system: string;

  @TextProperty({
    maxLength: 2_000,
    description:
      'https, or http with settings.allow_http; without a user. Pages behind the address of a shop or an Odoo, query and fragment are left out',
    example: 'https://shop.example.com',
  })
  base_url: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'See the credentials schema of the system. Write-only: no response contains them. A change replaces all of them',
    example: { consumer_key: 'ck_0123456789abcdef', consumer_secret: 'cs_0123456789abcdef' },
  })
  @IsJsonObject()
  credentials: Record<string, unknown>;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    default: {},
    description:
      'See the settings schema of the system. A change contains only the settings to change; null restores a default',
    example: { delete_guard_percent: 15, on_conflict: 'skip' },
  })
  @IsOptional()
  @IsJsonObject()
  settings?: Record<string, unknown> = {};

  @TextProperty({
    minLength: MIN_WEBHOOK_SECRET,
    maxLength: 200,
    optional: true,
    description: 'The secret that signs webhooks of the system; generated unless given',
    example: SECRET,
  })
  webhook_secret?: string;
}

/** Members that are left out stay as they are. */
export class ChangeConnectionDto extends PartialType(
  PickType(CreateConnectionDto, ['name', 'base_url', 'credentials', 'webhook_secret'] as const),
) {
  // Not inherited, since its default would replace the settings of a request that has none.
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'The settings to change; null restores a default',
    example: { on_conflict: 'overwrite' },
  })
  @IsOptional()
  @IsJsonObject()
  settings?: Record<string, unknown>;

  @ApiPropertyOptional({
    description:
      'True: the connection leads to another system from now on, so that its bindings, records and watermarks are left behind. False: it is the same system at another place',
    example: true,
  })
  @IsOptional()
  @IsBoolean()
  another_system?: boolean;
}

export class ConnectionIdParam {
  @ApiProperty({ format: 'uuid', example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
  @Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, { message: 'connection_id must be a UUID' })
  connection_id: string;
}

export class ConnectionsQuery extends PageQuery {
  @TextProperty({ maxLength: 100, optional: true, example: 'woocommerce' })
  system?: string;
}
