import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import { ConnectionService } from '../../connectors/connections/connection.service.ts';

/** Says at once what every run of a schedule would fail of. */
@Injectable()
export class ScheduleEnds {
  constructor(private readonly connections: ConnectionService) {}

  /** Throws not-found for a connection there is not, invalid-request for what its system cannot do. */
  async refuseImpossible(source: string, destination: string, entity: EntityType): Promise<void> {
    const pointer = '#/destination';
    if (source.toLowerCase() === destination.toLowerCase())
      throw invalid(pointer, 'must be another connection than the source');
    await this.refuseUnable(source, entity, 'read', '#/entity_type');
    if (destination !== 'records') await this.refuseUnable(destination, entity, 'write', pointer);
  }

  private async refuseUnable(id: string, entity: EntityType, what: 'read' | 'write', pointer: string): Promise<void> {
    const { system } = await this.connections.get(id);
    const { entities } = this.connections.connectorOf(system).description;
    if (entities.find(({ entity_type }) => entity_type === entity)?.[what]) return;
    throw invalid(pointer, `cannot be ${what === 'read' ? 'read from' : 'written to'} ${system}: ${entity}`);
  }
}

const invalid = (pointer: string, detail: string): Problem =>
  new Problem('invalid-request', `${pointer.slice(2)} ${detail}.`, { errors: [{ pointer, detail }] });
