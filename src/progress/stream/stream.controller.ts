import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../../auth/auth.decorators.ts';
import { OrgQuery } from '../../common/list-query.dto.ts';
import { Operation } from '../../common/operation.ts';
import { TakesNoPlace } from '../../common/route.config.ts';
import { ProgressChangeDto, ProgressSnapshotDto, ProgressStreamEndDto, StreamedSyncDto } from './dto/stream.dto.ts';
import { StreamService } from './stream.service.ts';

const EVENTS = [ProgressSnapshotDto, ProgressChangeDto, ProgressStreamEndDto];

/** Registered before the other routes of progress, so that "stream" is not treated as a sync_id. */
@ApiTags('progress')
@Controller('api/sync/progress/stream')
export class StreamController {
  constructor(private readonly streams: StreamService) {}

  @Get()
  @TakesNoPlace()
  @ApiExtraModels(StreamedSyncDto, ...EVENTS)
  @Operation({
    id: 'streamProgress',
    summary: 'Watch syncs live, as Server-Sent Events',
    description:
      'The first event is "snapshot" (ProgressSnapshot). An event "change" (ProgressChange) follows within a second of every change. ' +
      'Before the service closes the stream, it sends an event "end" (ProgressStreamEnd). A client that connects again receives a new ' +
      'snapshot. A comment is sent every 3 seconds. The service disconnects clients that read too slowly.',
    ok: [],
  })
  @ApiOkResponse({
    description: 'The events',
    // Not oneOf: a change is also a snapshot with a member more.
    content: { 'text/event-stream': { schema: { anyOf: EVENTS.map((type) => ({ $ref: getSchemaPath(type) })) } } },
  })
  stream(@Query() _query: OrgQuery, @Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): void {
    this.streams.open(request, reply);
  }
}
