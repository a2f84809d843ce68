import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RegisteredWebhooks } from '../../connectors/connections/connection.types.ts';
import { type FoundWebhook, WEBHOOK_STATES, type WebhookState } from '../../connectors/contract/webhook.types.ts';
import { compareWebhooks, registeredTopics } from './registration.comparison.ts';

const TOPICS = [{ topic: 'product.updated', entity_type: 'product' as const }];
const AT = '2026-11-29T08:00:00Z';

function compared(before: WebhookState | null, now: readonly WebhookState[]) {
  const known: RegisteredWebhooks | null = before && {
    ...{ checked_at: AT, error: null, failures: 0, secret_version: null, gaps: [] },
    topics: [{ topic: 'product.updated', state: before, since: AT }],
  };
  const webhooks = now.flatMap((state, i): FoundWebhook[] =>
    state === 'missing' ? [] : [{ id: String(i), topic: 'product.updated', state, url: 'https://x.example' }],
  );
  const comparison = compareWebhooks(TOPICS, webhooks, known);
  return { ...comparison, topics: registeredTopics(comparison, known, 'later') };
}

it.each<[string, WebhookState | null, WebhookState[], object]>([
  ['a new one has no gap', null, ['missing'], { added: ['product.updated'], lost: [], gaps: [] }],
  ['one that works is left as it is', 'active', ['active'], { added: [], lost: [], gaps: [] }],
  [
    'one that the shop has disabled has a gap',
    'active',
    ['disabled'],
    { lost: ['product.updated'], gaps: ['product'] },
  ],
  ['one that somebody deleted has a gap', 'active', ['missing'], { lost: ['product.updated'], gaps: ['product'] }],
  ['a disabled one of a person has a gap', null, ['disabled'], { lost: ['product.updated'], gaps: ['product'] }],
  ['one that is paused has no gap yet', 'active', ['paused'], { lost: [], gaps: [] }],
  ['one that was paused has a gap', 'paused', ['active'], { lost: [], gaps: ['product'] }],
  ['of several the one that works counts', 'active', ['disabled', 'active'], { lost: [], gaps: [] }],
])('%s', (_, before, now, expected) => {
  expect(compared(before, now)).toMatchObject(expected);
});

it('whatever was found, a topic is active or paused afterwards, and silence that ends is a gap', () => {
  const state = fc.constantFrom(...WEBHOOK_STATES);
  fc.assert(
    fc.property(fc.option(state), fc.array(state, { maxLength: 3 }), (before, now) => {
      const { topics, gaps, lost } = compared(before, now);
      const [topic] = topics;
      expect(['active', 'paused']).toContain(topic?.state);
      if (lost.length > 0) expect(gaps).toEqual(['product']);
      if (topic?.state === 'paused') expect(gaps).toEqual([]);
      if (topic?.since === AT) expect(before).toBe(topic.state);
    }),
  );
});
