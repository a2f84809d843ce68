import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import type { RegisteredTopic, RegisteredWebhooks } from '../../connectors/connections/connection.types.ts';
import {
  type FoundWebhook,
  WEBHOOK_STATES,
  type WebhookState,
  type WebhookTopic,
} from '../../connectors/contract/webhook.types.ts';

export interface Comparison {
  /** Each topic as it was found; of several webhooks of a topic, the one that works best. */
  readonly found: ReadonlyMap<string, WebhookState>;
  /** Not there, and never there as far as is known. */
  readonly added: readonly string[];
  /** There before, and disabled or missing now. */
  readonly lost: readonly string[];
  /** Whose changes were not told for a while, and are told again from now on. */
  readonly gaps: readonly EntityType[];
}

/** Compares what the system has with what was last seen of it. Pure. */
export function compareWebhooks(
  topics: readonly WebhookTopic[],
  webhooks: readonly FoundWebhook[],
  known: RegisteredWebhooks | null,
): Comparison {
  const before = new Map(known?.topics.map(({ topic, state }) => [topic, state]));
  const found = new Map(topics.map(({ topic }) => [topic, best(webhooks.filter((one) => one.topic === topic))]));
  const names = topics.map(({ topic }) => topic);
  const isOff = (topic: string) => found.get(topic) === 'disabled' || found.get(topic) === 'missing';
  // A disabled one was there before, although a person may have registered it.
  const wasThere = (topic: string) => before.has(topic) || found.get(topic) === 'disabled';
  const wasSilent = (topic: string) =>
    isOff(topic) ? wasThere(topic) : before.has(topic) && before.get(topic) !== 'active';
  const tells = (topic: string) => found.get(topic) !== 'paused';
  return {
    found,
    added: names.filter((topic) => !before.has(topic) && found.get(topic) === 'missing'),
    lost: names.filter((topic) => wasThere(topic) && isOff(topic)),
    gaps: [
      ...new Set(topics.flatMap(({ topic, entity_type }) => (wasSilent(topic) && tells(topic) ? entity_type : []))),
    ],
  };
}

/** The topics after all that is off was switched on. */
export function registeredTopics(
  { found }: Comparison,
  known: RegisteredWebhooks | null,
  at: string,
): RegisteredTopic[] {
  const before = new Map(known?.topics.map((topic) => [topic.topic, topic]));
  return [...found].map(([topic, was]) => {
    const state = was === 'paused' ? 'paused' : 'active';
    const earlier = before.get(topic);
    return { topic, state, since: earlier?.state === state && was === state ? earlier.since : at };
  });
}

const best = (webhooks: readonly FoundWebhook[]): WebhookState =>
  WEBHOOK_STATES.find((state) => webhooks.some((webhook) => webhook.state === state)) ?? 'missing';
