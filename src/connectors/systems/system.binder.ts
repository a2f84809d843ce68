import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { ConnectionRow } from '../connections/connection.types.ts';
import type { SystemIdentity } from '../contract/connector.types.ts';
import { compareSystems, type Likeness, markOfSystem, type SystemLikeness } from './system.comparison.ts';
import {
  bindConnection,
  findSystem,
  findSystemsLike,
  insertSystem,
  learnSystem,
  lockSystems,
  replaceSystem,
  type SystemRow,
} from './system.sql.ts';

type Bound = Pick<ConnectionRow, 'id' | 'name' | 'system' | 'system_id' | 'access_revision'>;

export interface Standing {
  readonly likeness: SystemLikeness;
  /** The system that what was found was compared with; null: none like it is known. */
  readonly system: SystemRow | null;
}

/** Finds out which system a connection leads to, and binds the connection to it. */
@Injectable()
export class SystemBinder {
  constructor(private readonly database: TenantDatabase) {}

  /** How what was found stands to the system of the connection or, when it has none yet, to those that are known. */
  async standing({ system, system_id }: Bound, found: SystemIdentity): Promise<Standing> {
    const { orgId } = currentTenant();
    if (system_id !== null) {
      const [row] = await this.database.query<SystemRow>(findSystem(orgId, system_id));
      if (row) return { likeness: compareSystems(row, found), system: row };
    }
    const like = await this.database.query<SystemRow>(findSystemsLike(orgId, system, found));
    const compared = like.map((row) => ({ likeness: compareSystems(row, found), system: row }));
    const nearest = compared.find(({ likeness }) => likeness === 'same') ?? compared.find(isUnclear);
    return nearest ?? { likeness: 'new', system: null };
  }

  /** The system of the connection, bound to it from now on. Throws another-system when it is not, or may not be, the one it was. */
  async confirm(connection: Bound, found: SystemIdentity): Promise<SystemRow> {
    return this.database.transaction(async () => {
      const { likeness, system } = await this.standing(connection, found);
      if (likeness === 'unclear' || likeness === 'another') throw anotherSystem(connection, likeness);
      return this.bind(connection, found, system);
    });
  }

  /** Binds the connection to the known system, or to a new one. */
  async bind(connection: Bound, found: SystemIdentity, known: SystemRow | null): Promise<SystemRow> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const system = known ?? (await this.found(connection, found));
      await transaction.query(learnSystem(orgId, system.id, found));
      const { id, access_revision } = connection;
      const [bound] = await transaction.query(bindConnection(orgId, id, access_revision, system.id));
      if (!bound) throw new Problem('conflict', `The connection "${connection.name}" was changed meanwhile.`);
      return system;
    });
  }

  /** A system that was not known. Another connection may have been bound to it meanwhile, perhaps at another address of it. */
  private async found({ system, ...connection }: Bound, found: SystemIdentity): Promise<SystemRow> {
    await this.database.query(lockSystems(currentTenant().orgId));
    const standing = await this.standing({ ...connection, system, system_id: null }, found);
    if (standing.likeness === 'same' && standing.system) return standing.system;
    return this.create(system, found, markOfSystem(system, found));
  }

  /** Binds the connection to a system that somebody says is not the one of the connection, also when it looks the same. */
  async bindToAnother(connection: Bound, found: SystemIdentity, former: SystemRow | null): Promise<SystemRow> {
    const looksTheSame = former !== null && compareSystems(former, found) === 'same';
    const unbound = { ...connection, system_id: null };
    if (former && looksTheSame) {
      await this.database.query(replaceSystem(currentTenant().orgId, former.id));
      return this.bind(unbound, found, await this.create(connection.system, found, randomUUID().slice(0, 8)));
    }
    const { likeness, system } = await this.standing(unbound, found);
    if (likeness !== 'same' && system && saysTheSame(system, found)) {
      await this.database.query(replaceSystem(currentTenant().orgId, system.id));
      return this.bind(unbound, found, await this.create(connection.system, found, randomUUID().slice(0, 8)));
    }
    return this.bind(unbound, found, likeness === 'same' ? system : null);
  }

  private async create(system: string, found: SystemIdentity, mark: string): Promise<SystemRow> {
    const { orgId } = currentTenant();
    const { identity, place, scope, since = null } = found;
    const row = { id: randomUUID(), system, identity, place, scope, since, mark };
    const [inserted] = await this.database.query<SystemRow>(insertSystem(orgId, row));
    if (inserted) return inserted;
    // Another connection was bound to the same system at the same moment.
    const like = await this.database.query<SystemRow>(findSystemsLike(orgId, system, row));
    const same = like.find((known) => compareSystems(known, row) === 'same');
    if (!same) throw new Error('a system that is known is not found');
    return same;
  }
}

/** There can be only one that does, unless somebody said that the other is another one. */
const saysTheSame = (known: SystemRow, { identity, place, scope }: SystemIdentity): boolean =>
  known.identity === identity && known.place === place && known.scope === scope;

const isUnclear = ({ likeness }: Standing): boolean => likeness === 'unclear';

/** Says to whom the connection leads now, and what a person can do about it. */
export function anotherSystem({ id, name }: Pick<Bound, 'id' | 'name'>, likeness: Likeness): Problem {
  const [what, decision] =
    likeness === 'another'
      ? [
          'leads to another system than the one it is bound to',
          'If that is intended, send another_system: true: its bindings, records and watermarks are then left behind.',
        ]
      : [
          'leads to what may be the system it is bound to, moved, or another one, such as a copy',
          'Send another_system: false if it is the same system, and true if it is another one: bindings, records and watermarks are then left behind.',
        ];
  return new Problem(
    'another-system',
    `The connection "${name}" ${what}. Nothing was written. ${decision} (PATCH /api/sync/connections/${id})`,
  );
}
