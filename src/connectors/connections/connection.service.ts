import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { decodeCursor, type Keyset, type Page, toPage } from '../../common/cursor.ts';
import { DEFAULT_LIMIT } from '../../common/list-query.dto.ts';
import { Problem } from '../../common/problem.ts';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { POOL } from '../../database/database.module.ts';
import { CallMetrics } from '../../metrics/call.metrics.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { GuardedSession, guardedWebhooks } from '../border/guarded.session.ts';
import { commonSettings, settingsSchemaOf } from '../catalogue/common.settings.ts';
import { type Members, withDefaults } from '../catalogue/settings.schema.ts';
import { CONNECTOR_LIST, connectorFor } from '../connector.registry.ts';
import type { Connector, ConnectorSession } from '../contract/connector.types.ts';
import { HttpClients } from '../http/http.clients.ts';
import { ConnectionSecrets, redactor } from './connection.secrets.ts';
import { connectionsPage, findConnection, findHook, findSealedConnection } from './connection.sql.ts';
import type {
  ConnectionRow,
  OpenedConnection,
  OpenedWebhook,
  SealedConnectionRow,
  WantedAccess,
} from './connection.types.ts';

export interface OpenOptions {
  /** Called when the system requests a wait until then (milliseconds since 1970), and with null when the wait is over. */
  readonly onWait?: (untilMs: number | null, reason: string) => void;
}

/** Reads and opens the connections of the current tenant. Without a tenant, every method except `organizationOf` throws. */
@Injectable()
export class ConnectionService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly secrets: ConnectionSecrets,
    private readonly clients: HttpClients,
    private readonly calls: CallMetrics,
    @Inject(CONNECTOR_LIST) private readonly connectors: readonly Connector[],
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(POOL) private readonly pool: pg.Pool,
  ) {}

  async list(query: { system?: string; limit?: number; cursor?: string }): Promise<Page<ConnectionRow>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    if (after && !UUID.test(after.id)) throw notACursor();
    const page = connectionsPage(currentTenant().orgId, query.system ?? null, after, limit + 1);
    const rows = await this.database.read<ConnectionRow>(page);
    return toPage(
      rows.map((row) => this.withDefaultSettings(row)),
      limit,
      keysetOf,
    );
  }

  /** Throws not-found, also when the connection was removed. */
  async get(id: string): Promise<ConnectionRow> {
    const [row] = await this.database.read<ConnectionRow>(findConnection(currentTenant().orgId, id));
    if (!row) throw noSuchConnection();
    return this.withDefaultSettings(row);
  }

  /**
   * Decrypts the secrets and binds the connector, without a call to the system. Do not use it inside a transaction, since calls to the
   * system follow. Throws not-found, or encryption-not-configured when the service has no key that decrypts the secrets.
   */
  async open(id: string, { onWait }: OpenOptions = {}): Promise<OpenedConnection> {
    const sealed = await this.sealed(id);
    const connector = this.connectorOf(sealed.system);
    const credentials = this.secrets.credentialsOf(sealed);
    const connection = this.withDefaultSettings(withoutSecrets(sealed));
    return {
      connection,
      connector,
      session: this.session(connection, credentials, onWait),
      redact: redactor(connector.description.credentials, credentials),
    };
  }

  /** A session of the connection as it would be after a change. */
  sessionOf(sealed: SealedConnectionRow, { baseUrl, settings, credentials }: WantedAccess): ConnectorSession {
    const { access_revision } = sealed;
    const changed = { ...sealed, base_url: baseUrl, settings, access_revision: access_revision + 1 };
    return this.session(this.withDefaultSettings(changed), credentials ?? this.secrets.credentialsOf(sealed));
  }

  private session(connection: ConnectionRow, credentials: Members, onWait?: OpenOptions['onWait']): ConnectorSession {
    const { id, system, access_revision, base_url, settings } = connection;
    const { allow_http: allowHttp, max_concurrency: maxConcurrency } = commonSettings(settings);
    // Includes the revision, so that a corrected address does not wait for the open circuit of the wrong one.
    const http = this.clients.for(`${id} ${access_revision} ${maxConcurrency}`, {
      system,
      allowHttp,
      maxConcurrency,
      allowPrivateAddresses: this.environment.SYNC_ALLOW_PRIVATE_ADDRESSES,
      onWait,
      onAttempt: (status) => this.calls.recordResponse(system, status),
    });
    return new GuardedSession(
      this.connectorOf(system).open({ connection: { id, base_url, credentials, settings }, http }),
    );
  }

  /** What is needed to read a webhook. Throws not-found, also when the system sends no webhooks. */
  async openWebhook(id: string): Promise<OpenedWebhook> {
    const sealed = await this.sealed(id);
    const { webhooks: receiver } = this.connectorOf(sealed.system).description;
    if (!receiver || sealed.webhook_secret === null) throw noSuchConnection();
    return {
      connection: this.withDefaultSettings(withoutSecrets(sealed)),
      receiver: guardedWebhooks(receiver),
      secret: this.secrets.webhookSecretOf(sealed),
      secretVersion: createHash('sha256').update(sealed.webhook_secret).digest('hex').slice(0, 16),
    };
  }

  /** The organization of a connection, for a webhook, which has no credentials of this service; undefined when there is none. */
  async organizationOf(id: string): Promise<string | undefined> {
    const { text, values } = findHook(id);
    const { rows } = await this.pool.query<{ org_id: string | null }>(text, values as unknown[]);
    return rows[0]?.org_id ?? undefined;
  }

  /** Throws conflict when this version of the service has no connector for the system. */
  connectorOf(system: string): Connector {
    const connector = connectorFor(system, this.connectors);
    if (!connector) throw new Problem('conflict', `This version of the service has no connector for "${system}".`);
    return connector;
  }

  /** Adds the defaults of the settings. */
  withDefaultSettings(row: ConnectionRow): ConnectionRow {
    const connector = connectorFor(row.system, this.connectors);
    if (!connector) return row;
    return { ...row, settings: withDefaults(settingsSchemaOf(connector.description), row.settings) };
  }

  private async sealed(id: string): Promise<SealedConnectionRow> {
    const [row] = await this.database.read<SealedConnectionRow>(findSealedConnection(currentTenant().orgId, id));
    if (!row) throw noSuchConnection();
    return row;
  }
}

export const noSuchConnection = (): Problem =>
  new Problem('not-found', 'There is no such connection in your organization, or it was removed.');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function notACursor(): Problem {
  const detail = 'is not a cursor of this list; use next_cursor of an earlier response, unchanged';
  return new Problem('invalid-request', `cursor ${detail}.`, { errors: [{ parameter: 'cursor', detail }] });
}

const keysetOf = ({ created_at, id }: ConnectionRow): Keyset => ({ at: created_at, id });

function withoutSecrets(row: SealedConnectionRow): ConnectionRow {
  const { credentials, credentials_key_id, webhook_secret, webhook_secret_key_id, ...rest } = row;
  return rest;
}
