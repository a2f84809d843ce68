import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../../common/operation.ts';
import { ConnectionIdParam } from '../../connectors/connections/dto/requests.dto.ts';
import { BindingsService } from './bindings.service.ts';
import { BindingPageDto, BindingResultsDto } from './dto/binding.dto.ts';
import { MatchPreviewDto } from './dto/match-preview.dto.ts';
import { BindingsQuery, MatchPreviewQuery, SetBindingsDto } from './dto/requests.dto.ts';
import { MatchPreviewer } from './match.previewer.ts';

@ApiTags('bindings')
@Controller('api/sync/connections/:connection_id')
export class BindingsController {
  constructor(
    private readonly bindings: BindingsService,
    private readonly previewer: MatchPreviewer,
  ) {}

  @Get('bindings')
  @Operation({
    id: 'listBindings',
    summary: 'List which entries of two systems are the same',
    description: 'Ordered by the id in the system of the connection.',
    ok: [{ status: 200, description: 'A page of bindings', type: BindingPageDto }],
    problems: ['not-found'],
  })
  list(@Param() { connection_id }: ConnectionIdParam, @Query() query: BindingsQuery): Promise<BindingPageDto> {
    return this.bindings.page(connection_id, query);
  }

  // Accepts no Idempotency-Key, which would keep a transaction open during the calls to the systems. Repeating the request does no harm.
  @Put('bindings')
  @Operation({
    id: 'setBindings',
    summary: 'Decide which entries of two systems are the same',
    description:
      'Reads both entries of each binding and links them. The next sync compares them as it does when two entries match for the first time. With with_external_id null, a sync from the connection to the other one creates a new entry, whatever is like the item. Written to the audit trail.',
    ok: [{ status: 200, description: 'What became of each', type: BindingResultsDto }],
    problems: ['not-found', 'conflict', 'another-system', 'encryption-not-configured'],
  })
  set(@Param() { connection_id }: ConnectionIdParam, @Body() body: SetBindingsDto): Promise<BindingResultsDto> {
    return this.bindings.set(connection_id, body);
  }

  @Delete('bindings')
  @HttpCode(204)
  @Operation({
    id: 'removeBinding',
    summary: 'Unlink two entries',
    description:
      'Name one of the two ids. Also withdraws the decision that an item is a new one. Nothing is deleted in the systems. The next sync matches the item again; to keep the two apart, decide that it is a new one. Written to the audit trail.',
    ok: [{ status: 204, description: 'Unlinked' }],
    problems: ['not-found', 'conflict'],
  })
  remove(@Param() { connection_id }: ConnectionIdParam, @Query() query: BindingsQuery): Promise<void> {
    return this.bindings.remove(connection_id, query);
  }

  @Get('match-preview')
  @Operation({
    id: 'previewMatches',
    summary: 'See which items of this connection a sync would match with what',
    description:
      'Reads the next items from the system of the connection and looks for them in the other one. Writes to neither. Takes up to 30 seconds.',
    ok: [{ status: 200, description: 'The next items', type: MatchPreviewDto }],
    problems: ['not-found', 'conflict', 'another-system', 'encryption-not-configured'],
  })
  matches(@Param() { connection_id }: ConnectionIdParam, @Query() query: MatchPreviewQuery): Promise<MatchPreviewDto> {
    return this.previewer.preview(connection_id, query);
  }
}
