import { ApiProperty } from '@nestjs/swagger';
import type { ConnectorErrorKind } from '../../contract/connector.error.ts';

/** One of the last checks of a connection. */
export class ConnectionCheckEntryDto {
  @ApiProperty({ format: 'date-time', example: '2026-11-22T14:02:26.123456+00:00' })
  at: string;

  @ApiProperty({ example: false })
  ok: boolean;

  @ApiProperty({
    ...{ type: String, nullable: true, example: 'auth' },
    description: 'The kind of the failure, for programs. Null when it did not fail.',
  })
  kind: ConnectorErrorKind | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it failed, for people',
    example: 'Consumer key is invalid',
  })
  message: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The version of the system', example: null })
  version: string | null;

  @ApiProperty({ type: 'integer', description: 'How long the system took, in milliseconds', example: 184 })
  took_ms: number;

  @ApiProperty({ type: String, nullable: true, description: 'Who asked for the check', example: 'ann@example.com' })
  checked_by: string | null;
}

export class ConnectionChecksDto {
  @ApiProperty({ type: [ConnectionCheckEntryDto], description: 'The newest first, 50 at most' })
  items: ConnectionCheckEntryDto[];
}
