import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsUUID, Matches, ValidateBy } from 'class-validator';
import { EnumProperty, TextProperty } from '../../common/bounds.decorator.ts';
import { OrgQuery } from '../../common/list-query.dto.ts';
import { ENTITY_TYPES, type EntityType } from '../../connectors/canonical/canonical.types.ts';
import { DestinationConnectionDto } from '../../runs/dto/requests.dto.ts';
import { RUN_MODES, type RunMode } from '../../runs/run.types.ts';
import { wrongCron } from '../cron.expression.ts';
import { isTimeZone } from '../time.zone.ts';

export const SCHEDULE_KINDS = ['sync', 'reconcile'] as const;
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isDestination(value: unknown): boolean {
  if (value === 'records') return true;
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  const { connection_id } = value as Partial<DestinationConnectionDto>;
  return typeof connection_id === 'string' && UUID.test(connection_id);
}

// Decorators apply from the last to the first: what a text means is checked after it is known to be a text.
/** The fields have no initial values, because ChangeScheduleDto inherits them and would overwrite fields that the request omits. */
@ApiExtraModels(DestinationConnectionDto)
export class CreateScheduleDto {
  @EnumProperty({ values: ENTITY_TYPES, example: 'customer' })
  entity_type: EntityType;

  @ApiPropertyOptional({
    oneOf: [{ type: 'string', enum: ['records'] }, { $ref: getSchemaPath(DestinationConnectionDto) }],
    default: 'records',
    description: '"records" for canonical copies, which you read at /records, or another connection.',
    example: 'records',
  })
  @IsOptional()
  @ValidateBy({
    name: 'isDestination',
    validator: {
      validate: isDestination,
      defaultMessage: () => '$property must be "records" or {"connection_id": "…"}',
    },
  })
  destination?: 'records' | DestinationConnectionDto;

  @EnumProperty({
    values: SCHEDULE_KINDS,
    optional: true,
    default: 'sync',
    description: 'reconcile compares both ends, writes to neither, and needs the mode full.',
    example: 'sync',
  })
  kind?: ScheduleKind;

  @EnumProperty({
    values: RUN_MODES,
    description:
      'full reads every item and detects deletions. incremental reads the items that changed since the last sync of the same source and destination. census reads the ids alone: it detects deletions and items that have no record yet.',
    example: 'incremental',
  })
  mode: RunMode;

  @ValidateBy({
    name: 'isCron',
    validator: {
      validate: (value) => typeof value === 'string' && wrongCron(value) === null,
      defaultMessage: (args) => `$property ${wrongCron(String(args?.value))}`,
    },
  })
  @TextProperty({
    maxLength: 100,
    description: 'Minute, hour, day of month, month and day of week, in crontab syntax',
    example: '*/15 * * * *',
  })
  cron: string;

  @ValidateBy({
    name: 'isTimeZone',
    validator: {
      validate: (value) => typeof value === 'string' && isTimeZone(value),
      defaultMessage: () => '$property must be a time zone such as Europe/Zurich',
    },
  })
  @TextProperty({
    maxLength: 100,
    optional: true,
    default: 'UTC',
    description:
      'A time zone of the IANA database. The schedule follows its local time. A time that does not exist, because clocks are set forward, runs at the moment they are; one that comes twice runs once. A pattern for every hour runs in each real hour.',
    example: 'Europe/Zurich',
  })
  time_zone?: string;

  @ApiPropertyOptional({ default: true, example: true })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;
}

/** Fields that are omitted keep their values. */
export class ChangeScheduleDto extends PartialType(CreateScheduleDto) {}

export class ScheduleIdParam {
  @ApiProperty({ format: 'uuid', example: '3d1f0a52-1c2e-4b6f-8a1d-9c6a5d3e2b10' })
  @Matches(UUID, { message: 'schedule_id must be a UUID' })
  schedule_id: string;
}

export class SchedulesQuery extends OrgQuery {
  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Returns only schedules that read from this connection',
    example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d',
  })
  @IsOptional()
  @IsUUID()
  connection_id?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Returns only schedules that write to this connection',
    example: '7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10',
  })
  @IsOptional()
  @IsUUID()
  destination_id?: string;
}
