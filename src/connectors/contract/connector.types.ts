import type { CanonicalData, EntityType } from '../canonical/canonical.types.ts';
import type { HttpClient } from '../http/http.types.ts';
import type { WebhookReceiver, WebhookRegistrar } from './webhook.types.ts';

/**
 * What a system must offer to be synced. One folder implements it, and one line in `connector.registry.ts` adds it. A connector
 * depends on its system and on the canonical shapes, not on runs, tenants or the database.
 */
export interface Connector {
  readonly description: ConnectorDescription;
  /**
   * Throws ConnectorError `rejected` when no read with these filters can succeed, as far as that is known without a call; its `filter`
   * names the one that is wrong. Requests are refused by it, and a session throws the same.
   */
  checkRead(entity: EntityType, filters: ReadQuery['filters'], settings: OpenConnection['settings']): void;
  /** Binds the connector to one connection. It makes no call yet. */
  open(context: SessionContext): ConnectorSession;
}

/** The entry of a system in the catalogue. */
export interface ConnectorDescription {
  /** Stable name, lower case: `woocommerce`. */
  readonly system: string;
  readonly title: string;
  readonly entities: readonly EntityDescription[];
  /** JSON Schemas (draft 2020-12, the subset of settings.schema.ts) of a connection's credentials and settings. */
  readonly credentials: SettingsSchema;
  readonly settings: SettingsSchema;
  /** The settings that decide how openly the credentials are sent. Whoever changes one must know the credentials. */
  readonly credential_settings?: readonly string[];
  /** The settings that decide which system it is, or what its ids mean; see SystemIdentity.scope. */
  readonly identity_settings?: readonly string[];
  /**
   * Segments of paths that are pages of the system and never part of its address. An address that people copied from their browser ends
   * before the first of them. Left out: an address is used as it is, and must have no query and no fragment.
   */
  readonly pages?: readonly string[];
  /** Present when the system can send webhooks to `POST /hooks/{connection}`. */
  readonly webhooks?: WebhookReceiver;
}

export interface EntityDescription {
  readonly entity_type: EntityType;
  readonly read: boolean;
  readonly write: boolean;
  /** False: the system has no times of change, so an incremental sync reads all items and compares hashes. */
  readonly tells_changes: boolean;
  /** The canonical members that this system has. Reads leave out others, and writes ignore them. */
  readonly fields: readonly string[];
  /** Members whose default is not `both`. With `{ status: 'read' }`, a status is never written unless the settings say so. */
  readonly default_directions?: Readonly<Record<string, FieldDirection>>;
  /** How the system removes an item: permanently, into a trash or archive, or not at all. */
  readonly deletes: 'permanent' | 'archive' | 'none';
  /** Where people see one in the system, below its address, with `{id}` for its id. Left out: the system has no such page. */
  readonly page?: string;
}

/** Seen from the system: a `read` field is only read from it, a `write` field only written to it. */
export const FIELD_DIRECTIONS = ['both', 'read', 'write', 'none'] as const;
export type FieldDirection = (typeof FIELD_DIRECTIONS)[number];

/** The flat members of an object, each with a title, so that a dashboard can show them as a form. */
export interface SettingsSchema {
  readonly type: 'object';
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, SettingsProperty>>;
}

export interface SettingsProperty {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly title: string;
  readonly description?: string;
  /** Write-only, and shown as a password field. */
  readonly secret?: boolean;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** One connection, with its secrets in plain text. Never log it or keep it longer than a session. */
export interface OpenConnection {
  readonly id: string;
  /** Without a slash at its end. */
  readonly base_url: string;
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Including the defaults of the schema. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface SessionContext {
  readonly connection: OpenConnection;
  /** It checks addresses, limits sizes and times, and retries. A connector only sends requests and reads responses. */
  readonly http: HttpClient;
  /** For tests; `Date.now` otherwise. */
  readonly now?: () => number;
}

/** Every method throws only ConnectorError. A problem of one item is in the result of that item. */
export interface ConnectorSession {
  /** Signs in and checks the permissions of the key. Throws ConnectorError (`auth`, `forbidden`, `unavailable`…) when it cannot. */
  check(signal: AbortSignal): Promise<CheckResult>;
  /** Says which system this is, so that what holds for one is never taken for another that answers at its address. */
  identify(signal: AbortSignal): Promise<SystemIdentity>;
  /** How many items the query will read; null when the system has no cheap way to count them. */
  count(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<number | null>;
  /** Reads one page. `cursor` is null for the first page, otherwise the `next` of the page before, which may be days old. */
  read(entity: EntityType, query: ReadQuery, position: ReadPosition, signal: AbortSignal): Promise<Page>;
  /**
   * Reads a page of the ids of all that a full read without filters returns and that is not in a trash, and as little else as the system
   * allows. The page may be ten times as large as the position says.
   */
  readIds(entity: EntityType, position: ReadPosition, signal: AbortSignal): Promise<IdPage>;
  /** Returns those of the ids (at most 100) that exist, in any order. Items in a trash have `deleted: true` or are left out. */
  readByIds(entity: EntityType, ids: readonly string[], signal: AbortSignal): Promise<ExternalItem[]>;
  /**
   * Finds existing items for each candidate (at most 100), by natural keys (email, VAT, reference, SKU; orders have none) or by the `key`
   * that an earlier create stored. One list for each candidate, in their order; empty when nothing matches. Only what a read of the
   * entity would return is found by natural keys. Which of them is taken is not decided here; see src/planning/match.choice.ts.
   */
  findMatches(entity: EntityType, candidates: readonly Candidate[], signal: AbortSignal): Promise<Match[][]>;
  /**
   * Carries out at most 100 operations and returns one result for each, in their order. Throws ConnectorError with `ambiguous: true`
   * when a response is lost and the write may have taken effect. The caller then checks before it repeats anything.
   */
  write(entity: EntityType, operations: readonly WriteOperation[], signal: AbortSignal): Promise<WriteResult[]>;
  /**
   * Which of at most 100 operations `write` would refuse before it sends them, and why, in their order; null for the others. Runs the
   * preparation of `write` and changes nothing: what a write makes on demand (an attribute, a category, a tax) counts as made.
   */
  findRefusals(
    entity: EntityType,
    operations: readonly WriteOperation[],
    signal: AbortSignal,
  ): Promise<(ForeseenRefusal | null)[]>;
  /**
   * A short text that changes when an item of the query is created, changed or deleted, from a few cheap calls; null when the system
   * has no cheap way to tell. Two equal texts at different times mean that nothing changed in between.
   */
  changeToken(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<string | null>;
  /** Present when the service can register its webhooks in the system by itself. */
  readonly webhooks?: WebhookRegistrar;
}

export interface CheckResult {
  /** Of the system, such as `19.0`; null when it does not say. */
  readonly version: string | null;
  /** Who owns the key; null when the system does not say. */
  readonly account: string | null;
  /** RFC 3339; null when they do not expire, or the system does not say. */
  readonly credentials_expire_at: string | null;
  /** What will not work although the key is valid: "the key may read but not write". */
  readonly warnings: readonly string[];
}

/** A system as it describes itself. Members never change while it is the same system, except for a place that somebody moves it to. */
export interface SystemIdentity {
  /** Unique to the system: a shop's store id, a database's uuid. Null when the system does not say, or not to this key. */
  readonly identity: string | null;
  /** A copy of the system keeps the identity, so that the place must be the same, too. */
  readonly isCopied?: boolean;
  /** Where it is, by what it says: the address of a site, the name of a database and when that was made. */
  readonly place: string;
  /** What the settings of the connection make of the meaning of its ids: a column, a company. Empty when they do not matter. */
  readonly scope: string;
  /** A fact of a system without an identity that stays as long as it does, to tell it from another at its place. Null: it is not known. */
  readonly since?: string | null;
}

/** What to read. `since` is a `watermark` of an earlier page, opaque to all but the connector. */
export interface ReadQuery {
  readonly mode: 'full' | 'incremental';
  readonly since: Watermark | null;
  /** As in `POST /runs`. docs/connectors.md lists the filters of each connector, which refuses unknown ones. */
  readonly filters: Readonly<Record<string, unknown>>;
}

export type Cursor = Readonly<Record<string, unknown>>;
export type Watermark = Readonly<Record<string, unknown>>;

export interface ReadPosition {
  readonly cursor: Cursor | null;
  /** The maximum number of items. A page may have fewer, never more. */
  readonly pageSize: number;
}

export interface Page {
  /** May be empty although `next` is not null, and may repeat items of earlier pages: the caller counts an id once. */
  readonly items: readonly ExternalItem[];
  /** How many rows of the system the page comes from that no earlier page did; left out when each item is such a row. */
  readonly rows?: number;
  /** Null on the last page. */
  readonly next: Cursor | null;
  /** The number of items on all pages, as known now; null when not known. */
  readonly total: number | null;
  /** On the last page: where the next incremental sync starts. It lies before any change that these pages may have missed. */
  readonly watermark?: Watermark;
}

/** As Page. Ids may come twice. */
export interface IdPage extends Pick<Page, 'next' | 'total'> {
  readonly ids: readonly string[];
  /** What the listing says of itself, such as that it does not show all of its rows. */
  readonly problems?: readonly ExternalItem[];
  /** Some may be of no item, which only a read tells at some cost, and an incremental read shows new ones: those without a record are left alone. */
  readonly knownOnly?: boolean;
}

/** One object of a system in its canonical shape, or the problem that prevented the mapping. */
export interface ExternalItem {
  readonly external_id: string;
  /** Null exactly when `problem` is set or `deleted` is true. */
  readonly data: CanonicalData | null;
  /** True when it is in a trash, or archived so that it counts as deleted. */
  readonly deleted?: boolean;
  /** True when it is put away as this system puts away what is deleted: archived, cancelled or in a trash. It can be brought back. */
  readonly archived?: boolean;
  readonly problem?: ItemProblem;
  /** A fact that never changes, such as when it was created, to tell it from another that has got its id; left out when there is none. */
  readonly born?: string;
  /** Of what is read by its id: why reads of all items leave it out, and which setting includes it, as a sentence. */
  readonly leftOut?: string;
  /** As the system returned it, to show with a problem; small, without secrets. */
  readonly raw?: unknown;
}

/** An existing item that shares a natural key with a candidate, or was created for it. */
export interface Match extends ExternalItem {
  /** An earlier create stored the candidate's key in it. */
  readonly marked?: boolean;
  /** An earlier create stored another key in it: it was made for somebody else, whether or not that is known as a binding yet. */
  readonly markedForAnother?: boolean;
  /** Why it is not to be taken without a person's word, as the end of a sentence: "it is the partner of a user". */
  readonly held?: string;
  /** It shares no natural key, only what people call it; see Candidate.byName. */
  readonly namesake?: boolean;
  /** The same of an order in a system that numbers orders itself: same buyer, currency, and sum or lines. */
  readonly lookalike?: boolean;
}

/** Why one item failed or was skipped. `error_class` is for machines and never changes: `invalid_email`, `duplicate_sku`. */
export interface ItemProblem {
  readonly error_class: string;
  readonly message: string;
  /** The refusal of a write depends on what was written and on nothing else in the system, so the same write is refused again. */
  readonly final?: boolean;
  /** Something of the item may have stayed in the system although it was refused, to be found by its mark. */
  readonly leaves?: boolean;
}

export interface ForeseenRefusal extends ItemProblem {
  /** The entry that has the value now, where no two may have it. There is no refusal once an earlier write changes this field of it. */
  readonly holder?: { readonly external_id: string; readonly field: 'email' | 'sku' };
}

export interface Candidate {
  /** The key that a create for it stores (see WriteOperation), to find the item again when the response was lost. */
  readonly key: string;
  readonly data: CanonicalData;
  /** RFC 3339. No item with this key was created before. */
  readonly since: string;
  /** Also finds what only has the same name or, of an order, the same number, where the system can search for it. */
  readonly byName?: boolean;
}

export type WriteOperation =
  | {
      readonly kind: 'create';
      /** Unique for the source item and the destination, at most 64 characters of [A-Za-z0-9:_-]. Stored where findMatches searches. */
      readonly key: string;
      readonly data: CanonicalData;
      /** The item as the source has it, with what is not written: totals that a connector compares its own with. `data` without it. */
      readonly whole?: CanonicalData;
      /** An order of somebody with an account, which the destination is not known to have. */
      readonly lacksCustomer?: boolean;
    }
  | {
      readonly kind: 'update';
      readonly external_id: string;
      /** The whole item as it should become. */
      readonly data: CanonicalData;
      /** Only these paths (`email`, `billing.city`, `lines`) may be written. */
      readonly changes: readonly string[];
      /** The item as it was read just before; with `restores`, as it is once it is brought back. */
      readonly current: CanonicalData;
      /** The item is archived, cancelled or in a trash. It is brought back first, and the result tells when that failed. */
      readonly restores?: boolean;
      /** As for a create. */
      readonly whole?: CanonicalData;
      /** The source at the last sync, its references as ids of the destination; null at a first match. */
      readonly before?: CanonicalData | null;
    }
  | { readonly kind: 'delete'; readonly external_id: string };

export type WriteResult =
  | {
      readonly ok: true;
      readonly external_id: string;
      /** The item as the system has it now, mapped as in a read; null after a delete. */
      readonly data: CanonicalData | null;
      readonly born?: string;
      /** Written, but not as the source has it, which the connection's settings allow. */
      readonly warning?: ItemProblem;
    }
  | { readonly ok: false; readonly problem: ItemProblem; readonly raw?: unknown };
