import { ApiProperty } from '@nestjs/swagger';
import { IsText } from '../../common/validation.ts';

export class SyncIdParam {
  @ApiProperty({ example: 'sync-woo-1762430000000' })
  @IsText(200)
  sync_id: string;
}
