import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../../common/operation.ts';
import { CatalogueService } from './catalogue.service.ts';
import { ConnectorDto, ConnectorListDto, ConnectorParam } from './dto/connector.dto.ts';

@ApiTags('connections')
@Controller('api/sync/connectors')
export class CatalogueController {
  constructor(private readonly catalogue: CatalogueService) {}

  @Get()
  @Operation({
    id: 'listConnectors',
    summary: 'List the systems that can be connected',
    description:
      'Each system has its entity types, their directions, and the schemas of a connection’s credentials and settings.',
    ok: [{ status: 200, description: 'The systems', type: ConnectorListDto }],
  })
  list(): ConnectorListDto {
    return this.catalogue.list();
  }

  @Get(':system')
  @Operation({
    id: 'getConnector',
    summary: 'Read a system that can be connected',
    ok: [{ status: 200, description: 'The system', type: ConnectorDto }],
    problems: ['not-found'],
  })
  get(@Param() { system }: ConnectorParam): ConnectorDto {
    return this.catalogue.get(system);
  }
}
