import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsISO8601, IsOptional, IsUUID, Matches } from 'class-validator';
import { EnumProperty, TextProperty } from '../../common/bounds.decorator.ts';
import { PageQuery } from '../../common/list-query.dto.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class AlertsQuery extends PageQuery {
  @EnumProperty({ values: ['open', 'resolved'], optional: true, example: 'open' })
  state?: 'open' | 'resolved';

  @ApiPropertyOptional({ format: 'uuid', example: '7d0c4a1e-2b3f-4c5d-8e6f-9a0b1c2d3e4f' })
  @IsOptional()
  @IsUUID()
  rule_id?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only alerts about this connection' })
  @IsOptional()
  @IsUUID()
  connection_id?: string;
}

export class AlertIdParam {
  @ApiProperty({ format: 'uuid', example: '1e2d3c4b-5a69-4788-9a0b-1c2d3e4f5a6b' })
  @Matches(UUID, { message: 'alert_id must be a UUID' })
  alert_id: string;
}

export class AcknowledgeAlertDto {
  @TextProperty({ maxLength: 500, example: 'The key has expired; a new one is asked for' })
  reason: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'It is told again if it is still open then. At most 90 days ahead; omitted: not again',
    example: '2026-11-23T08:00:00Z',
  })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  until?: string;
}

export class MuteAlertDto {
  @TextProperty({ maxLength: 500, example: 'The shop is moved to another server' })
  reason: string;

  @ApiProperty({
    format: 'date-time',
    description: 'Nothing is told until then; what is open then is told. At most 90 days ahead',
    example: '2026-11-23T08:00:00Z',
  })
  @IsISO8601({ strict: true, strictSeparator: true })
  until: string;
}

export class ResolveAlertDto {
  @TextProperty({ maxLength: 500, example: 'It was a single import' })
  reason: string;
}
