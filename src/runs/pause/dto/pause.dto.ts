import { ApiProperty } from '@nestjs/swagger';

/** What a request to pause or resume a connection came to. */
export class ConnectionPauseDto {
  @ApiProperty({ format: 'uuid', example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d' })
  connection_id: string;

  @ApiProperty({ description: 'Whether the connection is paused now', example: true })
  paused: boolean;

  @ApiProperty({
    type: [String],
    description: 'The runs that were asked to pause or resume. Those that had not begun wait by themselves.',
    example: ['run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11'],
  })
  sync_ids: string[];
}
