import { ApiProperty, OmitType } from '@nestjs/swagger';
import { ProgressDto } from '../../dto/progress.dto.ts';

/** A sync in the stream, without the checkpoint, which may be large. */
export class StreamedSyncDto extends OmitType(ProgressDto, ['checkpoint'] as const) {}

const AT = {
  format: 'date-time',
  description:
    'The time of the database when the syncs were read. Compare the times of the syncs with this time and not with your own clock.',
  example: '2026-11-22T14:04:26.623456+00:00',
};

export class ProgressSnapshotDto {
  @ApiProperty(AT)
  at: string;

  @ApiProperty({
    type: [StreamedSyncDto],
    description: 'The newest 1,000 active syncs, and the syncs that ended in the last 60 seconds',
  })
  syncs: StreamedSyncDto[];
}

export class ProgressChangeDto {
  @ApiProperty(AT)
  at: string;

  @ApiProperty({ type: [StreamedSyncDto], description: 'The syncs that are new or have changed, each with all fields' })
  syncs: StreamedSyncDto[];

  @ApiProperty({
    type: [String],
    description: 'The sync_ids of syncs that ended more than 60 seconds ago and are no longer part of the stream',
    example: ['sync-woo-1762430000000'],
  })
  gone: string[];
}

const END_REASONS = ['expired', 'revoked', 'restarting'] as const;
export type EndReason = (typeof END_REASONS)[number];

export class ProgressStreamEndDto {
  @ApiProperty({
    enum: END_REASONS,
    description: 'expired, revoked: sign in again. restarting: connect again at once.',
    example: 'restarting',
  })
  reason: EndReason;
}
