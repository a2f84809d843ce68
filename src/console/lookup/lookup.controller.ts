import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../../common/operation.ts';
import { FoundRecordsDto, LookupQuery } from './dto/lookup.dto.ts';
import { LookupService } from './lookup.service.ts';

@ApiTags('console')
@Controller('api/sync/records/lookup')
export class LookupController {
  constructor(private readonly lookup: LookupService) {}

  @Get()
  @Operation({
    id: 'lookUpRecords',
    summary: 'Find records by their id, or by the beginning of an e-mail, SKU or order number',
    description: 'The first few alone. GET /items tells the history of one.',
    ok: [{ status: 200, description: 'What was found', type: FoundRecordsDto }],
  })
  find(@Query() query: LookupQuery): Promise<FoundRecordsDto> {
    return this.lookup.find(query);
  }
}
