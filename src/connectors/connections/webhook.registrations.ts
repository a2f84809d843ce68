import type { ConnectionRow } from './connection.types.ts';
import type { ManagedWebhooksDto } from './dto/connection.dto.ts';

type Registered = Pick<ConnectionRow, 'settings' | 'webhooks_state' | 'webhooks_due_at'>;

/** The webhooks that the service registers, as the API shows them; null when a person does. */
export function managedOf({ settings, webhooks_state: state, webhooks_due_at }: Registered): ManagedWebhooksDto | null {
  if (settings.webhooks !== 'managed') return null;
  return {
    checked_at: state?.checked_at ?? null,
    next_check_at: webhooks_due_at,
    error: state?.error ?? null,
    topics: (state?.topics ?? []).map((topic) => ({ ...topic })),
  };
}

export function registrationWarnings(registered: Registered): string[] {
  const managed = managedOf(registered);
  if (!managed) return [];
  const paused = managed.topics.filter(({ state }) => state === 'paused').map(({ topic }) => topic);
  return [
    ...(managed.error === null ? [] : [`The webhooks could not be looked after: ${managed.error}`]),
    ...(paused.length === 0 ? [] : [`Somebody has paused webhooks in the system: ${paused.join(', ')}.`]),
  ];
}
