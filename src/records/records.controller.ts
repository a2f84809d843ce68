import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../common/operation.ts';
import { RecordPageDto, SyncRecordDto } from './dto/record.dto.ts';
import { RecordParam, RecordsQuery } from './dto/requests.dto.ts';
import { RecordsService } from './records.service.ts';

@ApiTags('records')
@Controller('api/sync/records')
export class RecordsController {
  constructor(private readonly records: RecordsService) {}

  @Get()
  @Operation({
    id: 'listRecords',
    summary: 'List canonical records in the order of their changes',
    description:
      'Each record is listed once, at the position of its last change. Deleted records are included, with deleted_at. To maintain a copy, read all pages with next_cursor, store the last changes_cursor, and send it later as cursor to read the changes since then.',
    ok: [{ status: 200, description: 'A page of records', type: RecordPageDto }],
  })
  list(@Query() query: RecordsQuery): Promise<RecordPageDto> {
    return this.records.page(query);
  }

  @Get(':connection_id/:entity_type/:external_id')
  @Operation({
    id: 'getRecord',
    summary: 'Read a record',
    ok: [{ status: 200, description: 'The record', type: SyncRecordDto }],
    problems: ['not-found'],
  })
  get(@Param() named: RecordParam): Promise<SyncRecordDto> {
    return this.records.get(named);
  }
}
