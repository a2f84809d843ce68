import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { TextProperty } from '../../../common/bounds.decorator.ts';
import { ENTITY_TYPES, type EntityType } from '../../canonical/canonical.types.ts';
import type { FieldDirection } from '../../contract/connector.types.ts';

export class ConnectorParam {
  @TextProperty({ maxLength: 100, example: 'woocommerce' })
  system: string;
}

export class ConnectorEntityDto {
  @ApiProperty({ enum: ENTITY_TYPES, enumName: 'EntityType', example: 'customer' })
  entity_type: EntityType;

  @ApiProperty({ description: 'Can be read from the system', example: true })
  read: boolean;

  @ApiProperty({ description: 'Can be written to the system', example: true })
  write: boolean;

  @ApiProperty({
    description: 'false: an incremental sync walks all and compares, since the system tells no time of change',
    example: false,
  })
  tells_changes: boolean;

  @ApiProperty({ type: [String], description: 'The canonical members the system holds', example: ['email', 'name'] })
  fields: string[];

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Fields that are not both ways unless settings.field_directions says so',
    example: { status: 'read' },
  })
  default_directions?: Record<string, FieldDirection>;

  @ApiProperty({
    enum: ['permanent', 'archive', 'none'],
    description: 'How the system removes one: for good, into a trash or archive, or not at all',
    example: 'permanent',
  })
  deletes: 'permanent' | 'archive' | 'none';
}

/** A system that can be connected. */
export class ConnectorDto {
  @ApiProperty({ example: 'woocommerce' })
  system: string;

  @ApiProperty({ example: 'WooCommerce' })
  title: string;

  @ApiProperty({ type: [ConnectorEntityDto] })
  entities: ConnectorEntityDto[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'JSON Schema (2020-12) of a connection’s credentials; a member with secret is drawn as a password',
    example: {
      type: 'object',
      required: ['consumer_key'],
      properties: { consumer_key: { type: 'string', title: 'Consumer key', secret: true } },
    },
  })
  credentials: object;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'JSON Schema (2020-12) of a connection’s settings, those of every system included',
    example: {
      type: 'object',
      properties: { allow_http: { type: 'boolean', title: 'Allow plain http', default: false } },
    },
  })
  settings: object;

  @ApiProperty({ description: 'The system can tell of changes by webhooks', example: true })
  webhooks: boolean;
}

export class ConnectorListDto {
  @ApiProperty({ type: [ConnectorDto] })
  items: ConnectorDto[];
}
