import type { WebhookReceiver } from '../contract/connector.types.ts';
import { problemOfId } from './storable.value.ts';

/** As GuardedSession for webhooks: one that names an item by an id that cannot be stored is ignored. A sync still finds the item. */
export function guardedWebhooks(inner: WebhookReceiver): WebhookReceiver {
  return {
    receive(request, secret) {
      const event = inner.receive(request, secret);
      if (event.kind === 'ignored') return event;
      const problem = problemOfId(event.external_id) ?? problemOfId(event.delivery_key);
      return problem ? { kind: 'ignored', reason: problem.message } : event;
    },
  };
}
