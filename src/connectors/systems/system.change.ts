import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { ConnectionService } from '../connections/connection.service.ts';
import type { ConnectionRow, SealedConnectionRow, WantedAccess } from '../connections/connection.types.ts';
import { ConnectorError } from '../contract/connector.error.ts';
import type { SystemIdentity } from '../contract/connector.types.ts';
import { anotherSystem, SystemBinder } from './system.binder.ts';
import { SystemLeavers } from './system.leavers.ts';
import { findSystem, leaveSystem, type SystemRow, unbindConnection } from './system.sql.ts';

/** A request that waits for a system that does not respond is no use. The run that follows asks it again. */
const TIMEOUT_MS = 15_000;

/** What a changed connection leads to, and what the request says about that. */
export interface WantedSystem {
  /** Null: it could not be asked. */
  readonly found: SystemIdentity | null;
  /** `another_system` of the request. */
  readonly another: boolean | undefined;
}

/** Decides whether a changed connection stays bound to its system. Whatever it cannot find out, the next run asks before it writes. */
@Injectable()
export class SystemChange {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly binder: SystemBinder,
    private readonly leavers: SystemLeavers,
  ) {}

  /** Asks the system that the changed connection would lead to. No transaction may be open. */
  async ask(current: SealedConnectionRow, wanted: WantedAccess, another: boolean | undefined): Promise<WantedSystem> {
    try {
      const found = await this.connections.sessionOf(current, wanted).identify(AbortSignal.timeout(TIMEOUT_MS));
      return { found, another };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      return { found: null, another };
    }
  }

  /** Inside the transaction of the change. True when the connection has left its system. */
  async settle(connection: ConnectionRow, { found, another }: WantedSystem): Promise<boolean> {
    if (another === true) return this.leave(connection, found);
    if (!found) {
      if (another === false) throw cannotAsk(connection);
      return false;
    }
    const { likeness, system } = await this.binder.standing(connection, found);
    if (likeness === 'another' || (likeness === 'unclear' && another !== false))
      throw anotherSystem(connection, likeness);
    await this.binder.bind(connection, found, system);
    return false;
  }

  private async leave(connection: ConnectionRow, found: SystemIdentity | null): Promise<boolean> {
    const { orgId } = currentTenant();
    const { id, system_id, access_revision } = connection;
    const [former] = system_id === null ? [] : await this.database.query<SystemRow>(findSystem(orgId, system_id));
    await this.leavers.leaves(id);
    await this.database.query(unbindConnection(orgId, id));
    const unbound = { ...connection, system_id: null, access_revision: access_revision + 1 };
    if (found) await this.binder.bindToAnother(unbound, found, former ?? null);
    if (system_id !== null) await this.database.query(leaveSystem(orgId, system_id));
    return true;
  }
}

const cannotAsk = ({ name }: ConnectionRow): Problem =>
  new Problem(
    'conflict',
    `"${name}" cannot be reached, so it cannot be compared with the system that was there before.`,
  );
