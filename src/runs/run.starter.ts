import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem.ts';
import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import { ConnectionService } from '../connectors/connections/connection.service.ts';
import type { ConnectionRow } from '../connectors/connections/connection.types.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { RunDispatcher } from './run.dispatcher.ts';
import type { Run } from './run.types.ts';
import { insertRun } from './runs.sql.ts';

/** A run somebody wants. */
export interface WantedRun {
  readonly kind: Run['kind'];
  readonly source_connection_id: string;
  readonly destination_connection_id: string | null;
  readonly entity_type: EntityType;
  readonly mode: Run['mode'];
  readonly filters?: Readonly<Record<string, unknown>>;
  readonly of_sync_id?: string;
  readonly override_reason?: string;
  readonly trigger: Run['trigger'];
  readonly requested_by: string | null;
}

/** The one way a run comes into being: checked, stored, and queued when its slot is free, in one transaction. */
@Injectable()
export class RunStarter {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly dispatcher: RunDispatcher,
  ) {}

  /** Returns its sync_id. Throws not-found for a connection there is not, invalid-request for what its system cannot do. */
  async start(wanted: WantedRun): Promise<string> {
    const source = await this.connections.get(wanted.source_connection_id);
    const destination = wanted.destination_connection_id
      ? await this.connections.get(wanted.destination_connection_id)
      : null;
    this.refuseUnable(source, wanted.entity_type, 'read', '#/entity_type');
    if (destination) this.refuseUnable(destination, wanted.entity_type, 'write', '#/destination');
    if (destination?.id === source.id) {
      const detail = 'must be another connection than the source';
      throw new Problem('invalid-request', `destination ${detail}.`, {
        errors: [{ pointer: '#/destination', detail }],
      });
    }
    const syncId = `run-${randomUUID()}`;
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        insertRun(currentTenant().orgId, {
          ...wanted,
          sync_id: syncId,
          filters: wanted.filters ?? {},
          of_sync_id: wanted.of_sync_id ?? null,
          override_reason: wanted.override_reason ?? null,
          source_system: source.system,
        }),
      );
      await this.dispatcher.dispatch();
    });
    return syncId;
  }

  private refuseUnable({ system }: ConnectionRow, entity: EntityType, what: 'read' | 'write', pointer: string): void {
    const described = this.connections
      .connectorOf(system)
      .description.entities.find(({ entity_type }) => entity_type === entity);
    if (described?.[what]) return;
    const detail = `cannot be ${what === 'read' ? 'read from' : 'written to'} ${system}: ${entity}`;
    throw new Problem('invalid-request', `${pointer.slice(2)} ${detail}.`, { errors: [{ pointer, detail }] });
  }
}
