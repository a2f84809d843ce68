import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type AuthenticatedRequest, RequireScope } from '../../auth/auth.decorators.ts';
import { OrgQuery } from '../../common/list-query.dto.ts';
import { Operation } from '../../common/operation.ts';
import { ProgressChangeDto, ProgressSnapshotDto, ProgressStreamEndDto, StreamedSyncDto } from './dto/stream.dto.ts';
import { StreamService } from './stream.service.ts';

const EVENTS = [ProgressSnapshotDto, ProgressChangeDto, ProgressStreamEndDto];

/** Before the other routes of progress, so that "stream" is not taken for a sync's id. */
@ApiTags('progress')
@Controller('api/sync/progress/stream')
export class StreamController {
  constructor(private readonly streams: StreamService) {}

  @Get()
  @RequireScope('sync:read')
  @ApiExtraModels(StreamedSyncDto, ...EVENTS)
  @Operation({
    id: 'streamProgress',
    summary: 'Watch syncs live, as Server-Sent Events',
    description:
      'First event "snapshot" (ProgressSnapshot); then, within a second of any change by anybody, event "change" ' +
      '(ProgressChange). Last, before the service closes the stream, event "end" (ProgressStreamEnd). Who connects again gets a ' +
      'fresh snapshot. A comment comes every 15 seconds; who reads too slowly is cut off.',
    ok: [],
  })
  @ApiOkResponse({
    description: 'The events',
    content: { 'text/event-stream': { schema: { oneOf: EVENTS.map((type) => ({ $ref: getSchemaPath(type) })) } } },
  })
  stream(@Query() _query: OrgQuery, @Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): void {
    this.streams.open(request, reply);
  }
}
