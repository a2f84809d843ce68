import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { TextProperty } from '../../common/bounds.decorator.ts';
import { Operation } from '../../common/operation.ts';
import { Idempotent } from '../../idempotency/idempotency.interceptor.ts';
import { RunIdParam } from '../dto/requests.dto.ts';
import { RunDto } from '../dto/run.dto.ts';
import { RunsService } from '../runs.service.ts';

export class RefuseRunDto {
  @TextProperty({
    maxLength: 1_000,
    description: 'Written to the audit trail',
    example: 'These orders are still wanted.',
  })
  reason: string;
}

@ApiTags('runs')
@Controller('api/sync/runs/:sync_id')
export class ApprovalController {
  constructor(private readonly runs: RunsService) {}

  @Post('approve')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'approveRun',
    summary: 'Approve a run that waits for a second person',
    description:
      'Not by who requested it. It starts, or goes on where it stopped, when its connections are free; what has changed since the preview is left alone, as always. Written to the audit trail.',
    ok: [{ status: 200, description: 'The run', type: RunDto }],
    problems: ['not-found', 'conflict'],
  })
  approve(@Param() { sync_id }: RunIdParam): Promise<RunDto> {
    return this.runs.approve(sync_id);
  }

  @Post('refuse')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'refuseRun',
    summary: 'Refuse a run that waits for a second person',
    description: 'Not by who requested it, who can cancel it. It ends as cancelled. Written to the audit trail.',
    ok: [{ status: 200, description: 'The run', type: RunDto }],
    problems: ['not-found', 'conflict'],
  })
  refuse(@Param() { sync_id }: RunIdParam, @Body() { reason }: RefuseRunDto): Promise<RunDto> {
    return this.runs.refuse(sync_id, reason);
  }
}
