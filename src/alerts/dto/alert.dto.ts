import { ApiProperty } from '@nestjs/swagger';
import { ALERT_KINDS, type AlertKind } from '../alert.types.ts';

const Time = (example: string | null, description?: string): PropertyDecorator =>
  ApiProperty({ type: String, format: 'date-time', nullable: true, example, ...(description && { description }) });
const Text = (example: string | null, description?: string): PropertyDecorator =>
  ApiProperty({ type: String, nullable: true, example, ...(description && { description }) });

/** Something that is or was wrong. */
export class AlertDto {
  @ApiProperty({ format: 'uuid', example: '1e2d3c4b-5a69-4788-9a0b-1c2d3e4f5a6b' })
  id: string;

  @ApiProperty({ format: 'uuid', example: '7d0c4a1e-2b3f-4c5d-8e6f-9a0b1c2d3e4f' })
  rule_id: string;

  @ApiProperty({ description: 'As the rule was called when it opened', example: 'A sync failed' })
  rule_name: string;

  @ApiProperty({ enum: ALERT_KINDS, enumName: 'AlertKind', example: 'failed' })
  kind: AlertKind;

  @ApiProperty({
    description: 'What it is about: a kind of sync, a connection or one sync. A rule has one open alert of each.',
    example: 'connection:6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d:order:records',
  })
  subject: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
  connection_id: string | null;

  @Text('order')
  entity_type: string | null;

  @Text('woocommerce')
  source_system: string | null;

  @Text('run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11', 'The sync that opened it')
  sync_id: string | null;

  @ApiProperty({ example: 'order from My shop to records: The sync failed: the shop answered with 401' })
  summary: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:00:03.123456+00:00' })
  opened_at: string;

  @Time(null, 'Null while it is open')
  resolved_at: string | null;

  @Text(null, 'Why it is resolved')
  resolution: string | null;

  @Time('2026-11-22T14:05:00.000000+00:00')
  acknowledged_at: string | null;

  @Text('user-7')
  acknowledged_by: string | null;

  @Text('The key has expired; a new one is asked for')
  acknowledged_reason: string | null;

  @Time(null, 'Then it is told again if it is still open. Null: not again')
  acknowledged_until: string | null;

  @Time(null)
  muted_at: string | null;

  @Text(null)
  muted_by: string | null;

  @Text(null)
  muted_reason: string | null;

  @Time(null, 'Until then nothing is told, also when it opens again')
  muted_until: string | null;
}

export class AlertPageDto {
  @ApiProperty({ type: [AlertDto] })
  items: AlertDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}
