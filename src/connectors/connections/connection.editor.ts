import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ActivityService } from '../../activity/activity.service.ts';
import { changeDetails } from '../../activity/change.details.ts';
import { Problem } from '../../common/problem.ts';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { Quotas } from '../../quotas/quotas.ts';
import { currentTenant, currentUser } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { CONNECTOR_LIST, connectorFor } from '../connector.registry.ts';
import type { Connector } from '../contract/connector.types.ts';
import { SystemChange, type WantedSystem } from '../systems/system.change.ts';
import { SystemLeavers } from '../systems/system.leavers.ts';
import { leaveSystem } from '../systems/system.sql.ts';
import { accessOf, isSameAccess } from './connection.access.ts';
import { changedMembers, checkInput, invalid } from './connection.input.ts';
import { ConnectionSecrets, newWebhookSecret } from './connection.secrets.ts';
import { ConnectionService, noSuchConnection } from './connection.service.ts';
import {
  findNameTaken,
  findSealedConnection,
  insertConnection,
  insertHookAddress,
  lockConnection,
  removeConnection,
  removeHookAddress,
  updateConnection,
} from './connection.sql.ts';
import type { ConnectionRow, SealedConnectionRow } from './connection.types.ts';
import type { ChangeConnectionDto, CreateConnectionDto } from './dto/requests.dto.ts';

/** Notifies modules that use connections of each removal, as the tenant. */
@Injectable()
export class RemovalListeners {
  private readonly before: ((connection: ConnectionRow) => Promise<void>)[] = [];
  private readonly listeners: ((connectionId: string) => Promise<void>)[] = [];

  /** Before the removal, while the system can still be called. Must take no longer than a request may, and throw nothing. */
  registerBefore(listener: (connection: ConnectionRow) => Promise<void>): void {
    this.before.push(listener);
  }

  async notifyBefore(connection: ConnectionRow): Promise<void> {
    for (const listener of this.before) await listener(connection);
  }

  /** Inside the transaction of the removal. */
  register(listener: (connectionId: string) => Promise<void>): void {
    this.listeners.push(listener);
  }

  async notify(connectionId: string): Promise<void> {
    for (const listener of this.listeners) await listener(connectionId);
  }
}

/** Creates, changes and removes connections. Each operation adds an entry to the audit trail in the same transaction. */
@Injectable()
export class ConnectionEditor {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly secrets: ConnectionSecrets,
    private readonly activity: ActivityService,
    private readonly removals: RemovalListeners,
    @Inject(CONNECTOR_LIST) private readonly connectors: readonly Connector[],
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly quotas: Quotas,
    private readonly systems: SystemChange,
    private readonly leavers: SystemLeavers,
  ) {}

  /** Also returns the webhook secret, still encrypted; null when the system sends no webhooks. */
  async create(body: CreateConnectionDto): Promise<{ connection: ConnectionRow; webhookSecret: string | null }> {
    await this.quotas.take('connections');
    const { orgId } = currentTenant();
    const connector = this.connectorNamed(body.system);
    const input = checkInput(connector, body, { baseUrl: '', settings: {} }, this.deployment);
    const id = randomUUID();
    const owner = { orgId, connectionId: id };
    const credentials = this.secrets.sealCredentials(input.credentials ?? {}, owner);
    const webhookSecret = connector.description.webhooks
      ? this.secrets.sealWebhookSecret(input.webhookSecret ?? newWebhookSecret(), owner)
      : null;
    const row = { id, name: body.name, system: body.system, baseUrl: input.baseUrl, settings: input.settings };
    const connection = await this.database.transaction(async (transaction) => {
      const [inserted] = await transaction.query<ConnectionRow>(
        insertConnection(orgId, { ...row, credentials, webhookSecret, createdBy: currentUser() }),
      );
      if (!inserted) throw nameConflict();
      await transaction.query(insertHookAddress(orgId, id));
      await this.record('connection_created', inserted, changeDetails(null, toldOf(inserted)));
      return inserted;
    });
    return {
      connection: this.connections.withDefaultSettings(connection),
      webhookSecret: webhookSecret && this.secrets.toText(webhookSecret),
    };
  }

  /** Changes only the given members; checkInput says how credentials and settings change, system.change.ts when the system does. */
  async change(id: string, body: ChangeConnectionDto): Promise<ConnectionRow> {
    const { orgId } = currentTenant();
    const owner = { orgId, connectionId: id };
    const [seen] = await this.database.read<SealedConnectionRow>(findSealedConnection(orgId, id));
    if (!seen) throw noSuchConnection();
    const wantedSystem = await this.askSystem(seen, body);
    let left = false;
    const changed = await this.database.transaction(async (transaction) => {
      const [current] = await transaction.query<ConnectionRow>(lockConnection(orgId, id));
      if (!current) throw noSuchConnection();
      if (wantedSystem && current.updated_at !== seen.updated_at) throw changedMeanwhile();
      const { baseUrl, settings, credentials, members, access, webhookSecret: secret } = this.wanted(current, body);
      const { name = current.name } = body;
      if (members.length === 0 && !wantedSystem) return current;
      const moves = !isSameAccess(access.from, access.to);
      if (moves && !credentials && (await this.holdsCredentials(id))) throw credentialsNeeded();
      const [other] = await transaction.query(findNameTaken(orgId, name, id));
      if (other) throw nameConflict();
      const [row] = await transaction.query<ConnectionRow>(
        updateConnection(orgId, id, {
          ...{ name, baseUrl, settings },
          credentials: credentials && this.secrets.sealCredentials(credentials, owner),
          webhookSecret: secret === undefined ? undefined : this.secrets.sealWebhookSecret(secret, owner),
          resetsStatus: members.includes('base_url') || members.includes('credentials'),
        }),
      );
      left = wantedSystem !== null && (await this.systems.settle(row as ConnectionRow, wantedSystem));
      await this.record('connection_changed', row as ConnectionRow, {
        changed: members,
        ...changeDetails(toldOf(current), toldOf(row as ConnectionRow), members.filter(isSecret)),
        ...(moves && { credentials_go: access }),
        ...(left && { another_system: true }),
      });
      return row as ConnectionRow;
    });
    if (left) await this.leavers.left(id);
    return this.connections.withDefaultSettings(changed);
  }

  private wanted(current: ConnectionRow, body: ChangeConnectionDto) {
    const connector = this.connections.connectorOf(current.system);
    const before = { baseUrl: current.base_url, settings: current.settings };
    const input = checkInput(connector, body, before, this.deployment);
    const { baseUrl, settings, credentials, webhookSecret } = input;
    const { name = current.name } = body;
    const members = changedMembers(current, { name, baseUrl, settings, credentials, webhookSecret });
    const access = { from: accessOf(connector, current), to: accessOf(connector, { base_url: baseUrl, settings }) };
    return { ...input, members, access };
  }

  /** Null when the change has nothing to do with which system it is, or nothing is bound to that yet. Stored credentials go nowhere new. */
  private async askSystem(seen: SealedConnectionRow, body: ChangeConnectionDto): Promise<WantedSystem | null> {
    const wanted = this.wanted(seen, body);
    const { identity_settings = [] } = this.connections.connectorOf(seen.system).description;
    const concerned = ['base_url', 'credentials', ...identity_settings.map((name) => `settings.${name}`)];
    const isConcerned = seen.system_id !== null && wanted.members.some((member) => concerned.includes(member));
    if (!isConcerned && body.another_system === undefined) return null;
    const moves = !isSameAccess(wanted.access.from, wanted.access.to);
    if (moves && !wanted.credentials && (await this.holdsCredentials(seen.id))) throw credentialsNeeded();
    return this.systems.ask(seen, wanted, body.another_system);
  }

  async remove(id: string): Promise<void> {
    const { orgId } = currentTenant();
    await this.removals.notifyBefore(await this.connections.get(id));
    await this.database.transaction(async (transaction) => {
      const [removed] = await transaction.query<Told & Pick<ConnectionRow, 'system' | 'system_id'>>(
        removeConnection(orgId, id),
      );
      if (!removed) throw noSuchConnection();
      if (removed.system_id !== null) await transaction.query(leaveSystem(orgId, removed.system_id));
      await transaction.query(removeHookAddress(id));
      await this.removals.notify(id);
      await this.record('connection_removed', { id, ...removed }, changeDetails(toldOf(removed), null));
    });
  }

  /** False for a file that everybody may read: there is nothing to send to another address. */
  private async holdsCredentials(id: string): Promise<boolean> {
    const [sealed] = await this.database.query<SealedConnectionRow>(findSealedConnection(currentTenant().orgId, id));
    return sealed !== undefined && Object.values(this.secrets.credentialsOf(sealed)).some((value) => value !== '');
  }

  private get deployment() {
    const { SYNC_ALLOW_PRIVATE_ADDRESSES, SYNC_PUBLIC_URL } = this.environment;
    return { allowPrivateAddresses: SYNC_ALLOW_PRIVATE_ADDRESSES, isPublic: SYNC_PUBLIC_URL !== undefined };
  }

  private connectorNamed(system: string): Connector {
    const connector = connectorFor(system, this.connectors);
    const known = this.connectors.map(({ description }) => description.system).join(', ');
    if (!connector) throw invalid([{ pointer: '#/system', detail: `must be one of ${known}` }]);
    return connector;
  }

  private async record(
    activity_type: string,
    { id, name, system }: Pick<ConnectionRow, 'id' | 'name' | 'system'>,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    await this.activity.append({
      ...{ activity_type, status: 'completed', source_system: system },
      details: { connection_id: id, name, ...details },
    });
  }
}

type Told = Pick<ConnectionRow, 'name' | 'base_url' | 'settings'>;

/** What an audit entry says of a connection. A query may hold a key, so the entry has none; settings hold no secrets. */
const toldOf = ({ name, base_url, settings }: Told) => ({
  ...{ name, base_url: base_url.replace(/\?.*$/, '?…'), settings },
});

/** Of the members that a request changes. */
const isSecret = (member: string): boolean => member === 'credentials' || member === 'webhook_secret';

function nameConflict(): Problem {
  const detail = 'is already the name of another connection';
  return new Problem('conflict', `name ${detail}.`, { errors: [{ pointer: '#/name', detail }] });
}

const changedMeanwhile = (): Problem =>
  new Problem('conflict', 'The connection was changed meanwhile. Read it again and repeat the request.');

/** Otherwise whoever may change a connection could have its stored credentials sent to a server of their own. */
function credentialsNeeded(): Problem {
  const detail =
    'must be given again with another address, or when a setting that decides how they are sent changes: base_url, allow_http, auth';
  return invalid([{ pointer: '#/credentials', detail }]);
}
