import { ApiProperty } from '@nestjs/swagger';
import { ALERT_KINDS, type AlertKind } from '../alert.types.ts';

/** What an organization wants to be told of. */
export class AlertRuleDto {
  @ApiProperty({ format: 'uuid', example: '7d0c4a1e-2b3f-4c5d-8e6f-9a0b1c2d3e4f' })
  id: string;

  @ApiProperty({ example: 'Orders do not come' })
  name: string;

  @ApiProperty({ enum: ALERT_KINDS, enumName: 'AlertKind', example: 'stale' })
  kind: AlertKind;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
  connection_id: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'order' })
  entity_type: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  source_system: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  sync_id: string | null;

  @ApiProperty({ type: Number, nullable: true, example: null })
  threshold: number | null;

  @ApiProperty({ type: Number, nullable: true, example: null })
  percent: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 3_600 })
  seconds: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Null: it is not told again', example: 86_400 })
  still_open_seconds: number | null;

  @ApiProperty({
    type: [String],
    description: 'The webhook endpoints that are told; empty: all that want alerts',
    example: [],
  })
  endpoint_ids: string[];

  @ApiProperty({ example: true })
  enabled: boolean;

  @ApiProperty({
    format: 'date-time',
    description: 'Since when it watches what it watches now. Alerts that are older are resolved.',
    example: '2026-11-01T09:00:00.123456+00:00',
  })
  watches_since: string;

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  created_by: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T09:00:00.123456+00:00' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T09:00:00.123456+00:00' })
  updated_at: string;
}

export class AlertRuleListDto {
  @ApiProperty({ type: [AlertRuleDto] })
  items: AlertRuleDto[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: all are on one page', example: null })
  next_cursor: string | null;
}
