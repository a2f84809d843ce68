import { Injectable } from '@nestjs/common';
import { invalidMember, Problem } from '../common/problem.ts';
import { pointerTo } from '../common/validation.ts';
import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import { ConnectionService } from '../connectors/connections/connection.service.ts';
import type { ConnectionRow } from '../connectors/connections/connection.types.ts';
import { ConnectorError } from '../connectors/contract/connector.error.ts';
import type { ReadQuery } from '../connectors/contract/connector.types.ts';

/** Rejects a source and destination between which no run can succeed. */
@Injectable()
export class SourceDestinationCheck {
  constructor(private readonly connections: ConnectionService) {}

  /**
   * Returns the source. `destination` is null for the records. Throws not-found when a connection does not exist and invalid-request
   * when its system cannot read or write the entity type, or does not know a filter.
   */
  async check(
    source: string,
    destination: string | null,
    entity: EntityType,
    filters: ReadQuery['filters'] = {},
  ): Promise<ConnectionRow> {
    if (source.toLowerCase() === destination?.toLowerCase())
      throw invalidMember('#/destination', 'must be a different connection from the source');
    const read = await this.checkSide(source, entity, 'read', '#/entity_type');
    this.checkRead(read, entity, filters);
    if (destination !== null) await this.checkSide(destination, entity, 'write', '#/destination');
    return read;
  }

  private async checkSide(
    id: string,
    entity: EntityType,
    what: 'read' | 'write',
    pointer: string,
  ): Promise<ConnectionRow> {
    const connection = await this.connections.get(id);
    const { entities } = this.connections.connectorOf(connection.system).description;
    if (entities.find(({ entity_type }) => entity_type === entity)?.[what]) return connection;
    throw invalidMember(
      pointer,
      `cannot be ${what === 'read' ? 'read from' : 'written to'} ${connection.system}: ${entity}`,
    );
  }

  /** The sentence is the connector's own: its session would fail with it. */
  private checkRead({ system, settings }: ConnectionRow, entity: EntityType, filters: ReadQuery['filters']): void {
    try {
      this.connections.connectorOf(system).checkRead(entity, filters, settings);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      const pointer = error.filter === undefined ? '#/entity_type' : `#/filters${pointerTo(error.filter)}`;
      const errors = [{ pointer, detail: error.message.replace(/\.$/, '') }];
      throw new Problem('invalid-request', error.message, { errors, cause: error });
    }
  }
}
