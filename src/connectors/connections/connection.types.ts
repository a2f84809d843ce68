import type { EntityType } from '../canonical/canonical.types.ts';
import type { Members } from '../catalogue/settings.schema.ts';
import type { Connector, ConnectorSession } from '../contract/connector.types.ts';
import type { WebhookReceiver, WebhookState } from '../contract/webhook.types.ts';

export const CONNECTION_STATUSES = ['unchecked', 'ok', 'failing'] as const;
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

/** A row of sync_connections without its secrets. Times are RFC 3339. */
export interface ConnectionRow {
  readonly org_id: string;
  readonly id: string;
  readonly name: string;
  readonly system: string;
  /** Without a slash at its end. */
  readonly base_url: string;
  /** As given. Defaults are added where settings are returned or used. */
  readonly settings: Members;
  readonly has_credentials: boolean;
  /** Goes up when base_url or credentials change. */
  readonly access_revision: number;
  /** The system that it leads to; null until that was asked. See src/connectors/systems. */
  readonly system_id: string | null;
  /** True while records of another system are being marked as deleted. */
  readonly forgets_records: boolean;
  readonly status: ConnectionStatus;
  readonly last_checked_at: string | null;
  readonly last_error: string | null;
  readonly version: string | null;
  readonly account: string | null;
  readonly warnings: readonly string[];
  readonly credentials_expire_at: string | null;
  /** How many by reason, since the webhook secret was set. */
  readonly webhooks_refused: Readonly<Record<string, number>>;
  readonly webhook_refused_at: string | null;
  readonly webhook_refused_as: string | null;
  /** Null when the service has registered none. */
  readonly webhooks_state: RegisteredWebhooks | null;
  /** When they are looked at next. */
  readonly webhooks_due_at: string | null;
  /** Since when no run from or to it starts or goes on; null: it is not paused. */
  readonly paused_at: string | null;
  readonly paused_by: string | null;
  readonly created_by: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The webhooks that the service has registered in the system, as it last saw them. */
export interface RegisteredWebhooks {
  readonly topics: readonly RegisteredTopic[];
  /** RFC 3339; of the last look that succeeded. */
  readonly checked_at: string | null;
  /** Why the last look failed, or what it found could not be fetched. */
  readonly error: string | null;
  /** Looks in a row that failed, or found that something had to be mended. */
  readonly failures: number;
  /** Which secret the system has; see OpenedWebhook. */
  readonly secret_version: string | null;
  /** What changed meanwhile and was not told is still to be read. */
  readonly gaps: readonly EntityType[];
}

export interface RegisteredTopic {
  readonly topic: string;
  readonly state: WebhookState;
  /** RFC 3339. */
  readonly since: string;
}

/** With its encrypted secrets. */
export interface SealedConnectionRow extends ConnectionRow {
  readonly credentials: Buffer | null;
  readonly credentials_key_id: string | null;
  readonly webhook_secret: Buffer | null;
  readonly webhook_secret_key_id: string | null;
}

/** What decides where a session goes, and as whom. */
export interface WantedAccess {
  readonly baseUrl: string;
  readonly settings: Members;
  /** Undefined: the stored ones. */
  readonly credentials: Members | undefined;
}

/** A connection in use. The session contains its secrets: never log it, and drop it when the work is done. */
export interface OpenedConnection {
  /** Its settings include the defaults. */
  readonly connection: ConnectionRow;
  readonly connector: Connector;
  readonly session: ConnectorSession;
  /** Removes the connection's secrets from a text that comes from the system. */
  readonly redact: (text: string) => string;
}

/** What is needed to read a webhook of a connection. */
export interface OpenedWebhook {
  readonly connection: ConnectionRow;
  readonly receiver: WebhookReceiver;
  readonly secret: string;
  /** Another one for another secret. */
  readonly secretVersion: string;
}
