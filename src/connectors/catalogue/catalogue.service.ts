import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { CONNECTOR_LIST, connectorFor } from '../connector.registry.ts';
import type { Connector, ConnectorDescription } from '../contract/connector.types.ts';
import { settingsSchemaOf } from './common.settings.ts';
import type { ConnectorDto, ConnectorListDto } from './dto/connector.dto.ts';

/** The systems that can be connected. They are the same for every organization, but only a tenant may read them. */
@Injectable()
export class CatalogueService {
  constructor(@Inject(CONNECTOR_LIST) private readonly connectors: readonly Connector[]) {}

  list(): ConnectorListDto {
    currentTenant();
    return { items: this.connectors.map(({ description }) => toDto(description)) };
  }

  get(system: string): ConnectorDto {
    currentTenant();
    const connector = connectorFor(system, this.connectors);
    if (!connector) throw new Problem('not-found', 'There is no connector for this system; see GET /connectors.');
    return toDto(connector.description);
  }
}

function toDto(description: ConnectorDescription): ConnectorDto {
  const { system, title, entities, credentials, webhooks } = description;
  return {
    ...{ system, title, credentials },
    entities: entities.map(({ default_directions, ...entity }) => ({
      ...entity,
      fields: [...entity.fields],
      ...(default_directions && { default_directions: { ...default_directions } }),
    })),
    settings: settingsSchemaOf(description),
    webhooks: webhooks !== undefined,
  };
}
