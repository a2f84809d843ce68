import type { EntityType } from '../canonical/canonical.types.ts';

/** Looks after the webhooks that deliver to the service. Throws only ConnectorError. */
export interface WebhookRegistrar {
  /** Those that tell everything of what is synced. */
  readonly topics: readonly WebhookTopic[];
  /** Those of the topics that deliver to this path of any address. More than one of a topic, if the system has them. */
  find(path: string, signal: AbortSignal): Promise<FoundWebhook[]>;
  /**
   * Makes one of each topic deliver to the target: creates what was not found, switches on again what the system has disabled, removes
   * the others of the same topic. One that a person paused stays so.
   */
  register(found: readonly FoundWebhook[], target: WebhookTarget, signal: AbortSignal): Promise<void>;
  remove(found: readonly FoundWebhook[], signal: AbortSignal): Promise<void>;
}

export interface WebhookTopic {
  readonly topic: string;
  readonly entity_type: EntityType;
}

export const WEBHOOK_STATES = ['active', 'paused', 'disabled', 'missing'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

export interface FoundWebhook {
  readonly id: string;
  readonly topic: string;
  readonly state: Exclude<WebhookState, 'missing'>;
  readonly url: string;
}

export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
  /** The system may hold another secret, which no system shows. */
  readonly renewsSecret: boolean;
}

/** Reads a system's webhooks. Pure; works on the raw request. */
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
  /** The ping of a new webhook, or a topic that is not synced. The service responds with 200 and does nothing. */
  | {
      readonly kind: 'ignored';
      readonly reason: string;
      /** Set when it cannot be what anybody wanted to send here, so that people are told. */
      readonly refused_as?: 'unknown_topic' | 'bad_json' | 'no_id';
    }
  | {
      readonly kind: 'change';
      readonly entity_type: EntityType;
      readonly external_id: string;
      readonly deleted: boolean;
      /** Equal when the same event is delivered twice: a hash of topic, id, body and the system's id of the delivery. */
      readonly delivery_key: string;
      /** The system names its deliveries. Otherwise two events may look the same: a product is deleted, restored and deleted again. */
      readonly names_delivery: boolean;
    };
