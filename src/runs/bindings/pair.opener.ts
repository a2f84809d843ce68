import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import { ConnectionService } from '../../connectors/connections/connection.service.ts';
import type { ConnectionRow, OpenedConnection } from '../../connectors/connections/connection.types.ts';
import { ConnectorError } from '../../connectors/contract/connector.error.ts';
import { SystemBinder } from '../../connectors/systems/system.binder.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import type { Ends } from '../destination/planner.options.ts';

/** Leaves time for the retries of a slow system. */
const TIMEOUT_MS = 30_000;

/** Two connections whose systems have said which they are. */
export interface OpenedPair extends Ends {
  readonly signal: AbortSignal;
}

/** Finds the systems at both ends, for requests about what is bound between them. */
@Injectable()
export class PairOpener {
  constructor(
    private readonly connections: ConnectionService,
    private readonly binder: SystemBinder,
  ) {}

  /** Without a call. Null when a system is not known yet, and so has no bindings. */
  async known(id: string, other: string, entity: EntityType): Promise<Pair | null> {
    const [source, destination] = [await this.connections.get(id), await this.connections.get(other)];
    refuseSame(source.system_id !== null && source.system_id === destination.system_id, source, destination);
    if (source.system_id === null || destination.system_id === null) return null;
    return { orgId: currentTenant().orgId, entity, source: source.system_id, destination: destination.system_id };
  }

  /** Asks both systems which they are, then does the work. A system that fails is a Problem that says so. */
  async open<T>(id: string, other: string, entity: EntityType, work: (opened: OpenedPair) => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const [source, destination] = [await this.connections.open(id), await this.connections.open(other)];
    for (const { connection, connector } of [source, destination])
      if (!connector.description.entities.some(({ entity_type }) => entity_type === entity))
        throw new Problem('conflict', `"${connection.name}" has no ${entity}.`);
    try {
      const from = await this.binder.confirm(source.connection, await source.session.identify(signal));
      const to = await this.binder.confirm(destination.connection, await destination.session.identify(signal));
      refuseSame(from.id === to.id, source.connection, destination.connection);
      const pair = { orgId: currentTenant().orgId, entity, source: from.id, destination: to.id };
      return await work({ pair, source, destination, mark: from.mark, signal });
    } catch (error) {
      throw error instanceof ConnectorError ? failed(error, source, destination) : error;
    }
  }
}

function refuseSame(same: boolean, one: ConnectionRow, other: ConnectionRow): void {
  if (same || one.id === other.id)
    throw new Problem('conflict', `"${one.name}" and "${other.name}" lead to the same system.`);
}

/** What waiting does not mend is told as it is; the rest may be tried again. */
function failed(error: ConnectorError, source: OpenedConnection, destination: OpenedConnection): Problem {
  const names = `"${source.connection.name}" or "${destination.connection.name}"`;
  const message = `${names} did not do what was asked: ${source.redact(destination.redact(error.quoting))}`;
  return error.transient ? new Problem('unavailable', message, { retryAfter: 5 }) : new Problem('conflict', message);
}
