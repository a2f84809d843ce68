import { ApiProperty } from '@nestjs/swagger';
import { IntegerProperty } from '../../common/bounds.decorator.ts';

export class OrganizationSettingsDto {
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'A preview with more deletes is applied when a second person has approved it; null: no limit',
    example: 50,
  })
  approval_deletes: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'As approval_deletes, of all its changes. A sync without a preview waits before the batch with which it would come to more; null: no limit',
    example: 1_000,
  })
  approval_changes: number | null;

  @ApiProperty({ description: 'How many hours it waits for that', example: 24 })
  approval_hours: number;
}

/** Members that are left out stay as they are. */
export class ChangeSettingsDto {
  @IntegerProperty({ min: -1, optional: true, description: '-1 ends the limit', example: 50 })
  approval_deletes?: number;

  @IntegerProperty({ min: -1, optional: true, description: '-1 ends the limit', example: 1_000 })
  approval_changes?: number;

  @IntegerProperty({ min: 1, max: 40, optional: true, example: 24 })
  approval_hours?: number;
}
