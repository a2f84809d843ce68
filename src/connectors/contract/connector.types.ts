import type { CanonicalData, EntityType } from '../canonical/canonical.types.ts';
import type { HttpClient } from '../http/http.types.ts';

/**
 * What a system must offer to be synced. One folder implements it and one line in `connector.registry.ts` adds it. A connector
 * knows its system and the canonical shapes; it knows nothing of runs, tenants or the database.
 */
export interface Connector {
  readonly description: ConnectorDescription;
  /** Binds the connector to one connection; opens nothing by itself. */
  open(context: SessionContext): ConnectorSession;
}

/** What the catalogue says of a system. */
export interface ConnectorDescription {
  /** Stable name, lower case: `woocommerce`. */
  readonly system: string;
  readonly title: string;
  readonly entities: readonly EntityDescription[];
  /** JSON Schemas (draft 2020-12, the subset of settings.schema.ts) of a connection's two objects. */
  readonly credentials: SettingsSchema;
  readonly settings: SettingsSchema;
  /** Present when the system can send webhooks to `POST /hooks/{connection}`. */
  readonly webhooks?: WebhookReceiver;
}

export interface EntityDescription {
  readonly entity_type: EntityType;
  readonly read: boolean;
  readonly write: boolean;
  /** False: the system tells no time of change, so an incremental sync walks all and compares hashes. */
  readonly tells_changes: boolean;
  /** The canonical members this system holds; others are left out of what it reads and ignored in what it is given. */
  readonly fields: readonly string[];
  /** Members that are not `both` unless the connection's settings say so: `{ status: 'read' }` is never written here. */
  readonly default_directions?: Readonly<Record<string, FieldDirection>>;
  /** How the system removes one: for good, into a trash or archive, or not at all. */
  readonly deletes: 'permanent' | 'archive' | 'none';
}

/** Seen from the system: `read` leaves it and never enters, `write` enters and never leaves. */
export const FIELD_DIRECTIONS = ['both', 'read', 'write', 'none'] as const;
export type FieldDirection = (typeof FIELD_DIRECTIONS)[number];

/** A form: flat members of an object, each with a title, so that a dashboard can draw it. */
export interface SettingsSchema {
  readonly type: 'object';
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, SettingsProperty>>;
}

export interface SettingsProperty {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly title: string;
  readonly description?: string;
  /** Write-only and drawn as a password field. */
  readonly secret?: boolean;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** One connection, with its secrets in clear; never logged, never kept beyond a session. */
export interface OpenConnection {
  readonly id: string;
  /** Without a slash at its end. */
  readonly base_url: string;
  readonly credentials: Readonly<Record<string, unknown>>;
  /** With the defaults of the schema filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface SessionContext {
  readonly connection: OpenConnection;
  /** Guards, caps, retries and limits are its business: a connector only asks and reads answers. */
  readonly http: HttpClient;
  /** For tests; `Date.now` otherwise. */
  readonly now?: () => number;
}

/** Every method throws ConnectorError and nothing else; what is wrong with one item is in that item's result. */
export interface ConnectorSession {
  /** Signs in and looks at what the key may do. Throws ConnectorError (`auth`, `forbidden`, `unavailable`…) when it cannot. */
  check(signal: AbortSignal): Promise<CheckResult>;
  /** How many the query will read, if the system tells cheaply; null: not known. */
  count(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<number | null>;
  /** One page. `cursor` null: from the start; otherwise the `next` of the page before, which may be days old. */
  read(entity: EntityType, query: ReadQuery, position: ReadPosition, signal: AbortSignal): Promise<Page>;
  /** Those of the ids (at most 100) that exist, in any order. What is in a trash comes with `deleted: true` or not at all. */
  readByIds(entity: EntityType, ids: readonly string[], signal: AbortSignal): Promise<ExternalItem[]>;
  /**
   * What there already is of each candidate (at most 100), by its natural keys (email, VAT, reference, SKU, order number) or by
   * the `key` an earlier create was marked with; in the candidates' order, an empty list where there is nothing.
   */
  findMatches(entity: EntityType, candidates: readonly Candidate[], signal: AbortSignal): Promise<ExternalItem[][]>;
  /**
   * Carries out at most 100 operations, one result each in their order. When an answer is lost and it cannot be known what took
   * effect, throws ConnectorError with `ambiguous: true`; the caller looks again before it repeats anything.
   */
  write(entity: EntityType, operations: readonly WriteOperation[], signal: AbortSignal): Promise<WriteResult[]>;
  /**
   * A short text that changes when anything the query covers is created, changed or deleted, got with a few cheap calls; null
   * when the system has no cheap way to tell. Two equal texts with a time between mean: nothing moved.
   */
  changeToken(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<string | null>;
}

export interface CheckResult {
  /** Of the system, such as `19.0`; null when it does not say. */
  readonly version: string | null;
  /** Who the key is, if it says. */
  readonly account: string | null;
  /** RFC 3339; null: does not expire, or the system does not say. */
  readonly credentials_expire_at: string | null;
  /** What will not work though the key is good: "the key may read but not write". */
  readonly warnings: readonly string[];
}

/** What to read. `since` is a `watermark` of an earlier page, opaque to everybody but the connector. */
export interface ReadQuery {
  readonly mode: 'full' | 'incremental';
  readonly since: Watermark | null;
  /** As in `POST /runs`; names the connector understands are in its README part of docs, unknown ones are refused there. */
  readonly filters: Readonly<Record<string, unknown>>;
}

export type Cursor = Readonly<Record<string, unknown>>;
export type Watermark = Readonly<Record<string, unknown>>;

export interface ReadPosition {
  readonly cursor: Cursor | null;
  /** At most so many items; a connector may read fewer, never more. */
  readonly pageSize: number;
}

export interface Page {
  /** May be empty though `next` is not null, and may repeat items of earlier pages: the caller counts an id once. */
  readonly items: readonly ExternalItem[];
  /** Null: that was the last page. */
  readonly next: Cursor | null;
  /** Items of the whole walk as known now; null: not known. */
  readonly total: number | null;
  /** On the last page: where the next incremental sync starts. It lies before anything this walk can have missed. */
  readonly watermark?: Watermark;
}

/** One object of a system, mapped; or the reason why it could not be. */
export interface ExternalItem {
  readonly external_id: string;
  /** Null exactly when `problem` is set or `deleted` is true. */
  readonly data: CanonicalData | null;
  /** In a trash or archived so that it counts as gone. */
  readonly deleted?: boolean;
  readonly problem?: ItemProblem;
  /** As the system sent it, to be shown beside a problem; small, without secrets. */
  readonly raw?: unknown;
}

/** Why one item failed or was skipped. `error_class` is stable and for machines: `invalid_email`, `duplicate_sku`. */
export interface ItemProblem {
  readonly error_class: string;
  readonly message: string;
}

export interface Candidate {
  /** Marks what is created for it (see WriteOperation), so that a create whose answer was lost is found again. */
  readonly key: string;
  readonly data: CanonicalData;
  /** RFC 3339: nothing with this key was created before. */
  readonly since: string;
}

export type WriteOperation =
  | {
      readonly kind: 'create';
      /** Unique to the source item and the destination, at most 64 characters of [A-Za-z0-9:_-]. Written where findMatches looks. */
      readonly key: string;
      readonly data: CanonicalData;
    }
  | {
      readonly kind: 'update';
      readonly external_id: string;
      /** The whole as it should become. */
      readonly data: CanonicalData;
      /** Only these paths (`email`, `billing.city`, `lines`) may be written. */
      readonly changes: readonly string[];
      /** As it was read a moment ago. */
      readonly current: CanonicalData;
    }
  | { readonly kind: 'delete'; readonly external_id: string };

export type WriteResult =
  | {
      readonly ok: true;
      readonly external_id: string;
      /** As the system has it now, mapped as a read would map it; null after a delete. */
      readonly data: CanonicalData | null;
    }
  | { readonly ok: false; readonly problem: ItemProblem; readonly raw?: unknown };

/** How a system's webhooks are read; pure, over the raw request. */
export interface WebhookReceiver {
  /** Throws ConnectorError `auth` when the signature is wrong. `secret` is the connection's webhook secret. */
  receive(request: WebhookRequest, secret: string): WebhookEvent;
}

export interface WebhookRequest {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export type WebhookEvent =
  /** A greeting at the webhook's creation, or a topic nobody syncs: answered 200 and forgotten. */
  | { readonly kind: 'ignored'; readonly reason: string }
  | {
      readonly kind: 'change';
      readonly entity_type: EntityType;
      readonly external_id: string;
      readonly deleted: boolean;
      /** Equal for the same event told twice: topic, id and hash of the body. */
      readonly delivery_key: string;
    };
