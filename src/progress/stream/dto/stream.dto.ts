import { ApiProperty, OmitType } from '@nestjs/swagger';
import { ProgressDto } from '../../dto/progress.dto.ts';

/** A sync as the stream tells of it: without the checkpoint, which may be big. */
export class StreamedSyncDto extends OmitType(ProgressDto, ['checkpoint'] as const) {}

const AT = {
  format: 'date-time',
  description: "The database's clock when this was read: against it, not your own, times of the syncs are old or new",
  example: '2026-11-22T14:04:26.623456+00:00',
};

export class ProgressSnapshotDto {
  @ApiProperty(AT)
  at: string;

  @ApiProperty({
    type: [StreamedSyncDto],
    description: 'The newest 1,000 active syncs, and those that ended in the last 60 seconds',
  })
  syncs: StreamedSyncDto[];
}

export class ProgressChangeDto {
  @ApiProperty(AT)
  at: string;

  @ApiProperty({ type: [StreamedSyncDto], description: 'Those that changed or are new, each whole' })
  syncs: StreamedSyncDto[];

  @ApiProperty({
    type: [String],
    description: 'sync_ids that left the window of the snapshot: they ended more than 60 seconds ago',
    example: ['sync-woo-1762430000000'],
  })
  gone: string[];
}

const END_REASONS = ['expired', 'revoked', 'restarting'] as const;
export type EndReason = (typeof END_REASONS)[number];

export class ProgressStreamEndDto {
  @ApiProperty({
    enum: END_REASONS,
    description: 'expired, revoked: sign in again; restarting: connect again, at once',
    example: 'restarting',
  })
  reason: EndReason;
}
