import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../../common/operation.ts';
import { ConnectionIdParam } from '../../connectors/connections/dto/requests.dto.ts';
import { Idempotent } from '../../idempotency/idempotency.interceptor.ts';
import { ConnectionPauseDto } from './dto/pause.dto.ts';
import { PauseService } from './pause.service.ts';

@ApiTags('connections')
@Controller('api/sync/connections/:connection_id')
export class PauseController {
  constructor(private readonly service: PauseService) {}

  @Post('pause')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'pauseConnection',
    summary: 'Pause all that is synced from and to a connection',
    description:
      'Runs stop after their batch. What schedules, webhooks and requests start meanwhile waits until the connection is resumed, one run of each schedule at most; webhooks are accepted. A repeated request is no error.',
    ok: [{ status: 200, description: 'Paused', type: ConnectionPauseDto }],
    problems: ['not-found'],
  })
  pause(@Param() { connection_id }: ConnectionIdParam): Promise<ConnectionPauseDto> {
    return this.service.pause(connection_id);
  }

  @Post('resume')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'resumeConnection',
    summary: 'Resume all that is synced from and to a connection',
    description:
      'Also runs that somebody paused one by one; not those whose other connection is still paused. A repeated request is no error.',
    ok: [{ status: 200, description: 'Resumed', type: ConnectionPauseDto }],
    problems: ['not-found'],
  })
  resume(@Param() { connection_id }: ConnectionIdParam): Promise<ConnectionPauseDto> {
    return this.service.resume(connection_id);
  }
}
