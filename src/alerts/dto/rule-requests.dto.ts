import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsBoolean, IsOptional, IsUUID, Matches } from 'class-validator';
import { EnumProperty, IntegerProperty, NumberProperty, TextProperty } from '../../common/bounds.decorator.ts';
import { ALERT_KINDS, type AlertKind } from '../alert.types.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MONTH = 31 * 86_400;

export const RULE_EXAMPLES = {
  'orders that do not come': {
    value: {
      ...{ name: 'Orders do not come', kind: 'stale', seconds: 3_600 },
      ...{ connection_id: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d', entity_type: 'order' },
    },
  },
  'a sync that fails': { value: { name: 'A sync of the ERP fails', kind: 'failed', source_system: 'erp' } },
};

/** The fields have no initial values, because ChangeAlertRuleDto inherits them. A null removes what is optional. */
export class CreateAlertRuleDto {
  @TextProperty({ maxLength: 100, example: 'Orders do not come' })
  name: string;

  @EnumProperty({
    values: ALERT_KINDS,
    name: 'AlertKind',
    description:
      'failed, completed_with_errors, conflicts, timeout, guard_tripped, slow, webhooks_missed: how a sync ended. stale: none has succeeded for `seconds`. nothing_arrived: fewer than `threshold` items within `seconds`. rate_limited: a sync waits longer than `seconds`. check_failing, shop_webhook_disabled: the state of a connection.',
    example: 'stale',
  })
  kind: AlertKind;

  @ApiPropertyOptional({
    ...{ type: String, format: 'uuid', nullable: true },
    description: 'Only syncs that read from this connection or write to it, or the connection itself',
    example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  @IsOptional()
  @IsUUID()
  connection_id?: string | null;

  @TextProperty({ maxLength: 100, optional: true, nullable: true, example: 'order' })
  entity_type?: string | null;

  @TextProperty({
    ...{ maxLength: 100, optional: true, nullable: true, example: null },
    description: 'Only syncs that are reported under this name',
  })
  source_system?: string | null;

  @TextProperty({ maxLength: 200, optional: true, nullable: true, description: 'Only this sync', example: null })
  sync_id?: string | null;

  @NumberProperty({
    ...{ min: 0, max: Number.MAX_SAFE_INTEGER, optional: true, nullable: true, example: null },
    description:
      'completed_with_errors, conflicts, webhooks_missed: more than so many items (default 0). nothing_arrived: fewer (default 1).',
  })
  threshold?: number | null;

  @NumberProperty({
    ...{ min: 0, max: 100, optional: true, nullable: true, example: null },
    description:
      'completed_with_errors: more than this share of the items failed. slow: below this share of its usual speed (default 50).',
  })
  percent?: number | null;

  @IntegerProperty({
    ...{ min: 60, max: MONTH, optional: true, nullable: true, example: 3_600 },
    description: 'stale, nothing_arrived and rate_limited need it',
  })
  seconds?: number | null;

  @IntegerProperty({
    ...{ min: 60, max: MONTH, optional: true, nullable: true, default: 86_400, example: 86_400 },
    description: 'It is told once more if it is still open after so long. Null: not',
  })
  still_open_seconds?: number | null;

  @ApiPropertyOptional({
    type: [String],
    description: 'The webhook endpoints that are told, whatever events they want. Empty: all that want alerts',
    example: [],
  })
  @IsOptional()
  @IsUUID(undefined, { each: true })
  @ArrayUnique()
  @ArrayMaxSize(20)
  @IsArray()
  endpoint_ids?: string[];

  @ApiPropertyOptional({ default: true, example: true })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;
}

/** Fields that are omitted keep their values. */
export class ChangeAlertRuleDto extends PartialType(CreateAlertRuleDto) {}

export class AlertRuleIdParam {
  @ApiProperty({ format: 'uuid', example: '7d0c4a1e-2b3f-4c5d-8e6f-9a0b1c2d3e4f' })
  @Matches(UUID, { message: 'rule_id must be a UUID' })
  rule_id: string;
}
