import { ApiProperty } from '@nestjs/swagger';
import { SourceAndDestinationDto } from '../../runs/dto/requests.dto.ts';
import { RunDto } from '../../runs/dto/run.dto.ts';

/** The destination and the scope of a preview. */
export class StartPreviewDto extends SourceAndDestinationDto {}

export class PreviewRunDto extends RunDto {
  @ApiProperty({
    description: 'The key of the preview. Read it at /previews/{cache_key} when the sync has ended.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  cache_key: string;
}
