import type { ConnectionRow } from './connection.types.ts';

/** Why a webhook was refused or left aside, for people, after "because". */
export const REFUSALS = {
  signature:
    'its signature is wrong: the secret of the webhook in the system and webhook_secret of the connection differ',
  unknown_topic: 'nothing of its topic is synced',
  bad_json: 'its body is not JSON',
  no_id: 'it names no item',
  too_large: 'its body is too large',
  media_type: 'its content type is not JSON',
} as const;

export type WebhookRefusal = keyof typeof REFUSALS;

type Counted = Pick<ConnectionRow, 'webhooks_refused' | 'webhook_refused_at' | 'webhook_refused_as'>;

/** The refused webhooks of a connection, as the API shows them. */
export function refusalsOf({ webhooks_refused, webhook_refused_at, webhook_refused_as }: Counted) {
  return {
    refused: Object.values(webhooks_refused).reduce((sum, count) => sum + count, 0),
    by_reason: { ...webhooks_refused },
    last_refused_at: webhook_refused_at,
    last_reason: webhook_refused_as as WebhookRefusal | null,
  };
}

/** A week after the last one, nobody needs to look any more. */
const WARNED_FOR_MS = 7 * 24 * 3_600_000;

export function refusalWarning(counted: Counted): string[] {
  const { refused, last_refused_at, last_reason } = refusalsOf(counted);
  if (last_refused_at === null || last_reason === null) return [];
  if (Date.now() - Date.parse(last_refused_at) > WARNED_FOR_MS) return [];
  const many = refused === 1 ? '1 webhook was refused' : `${refused} webhooks were refused, the last`;
  return [`${many} because ${REFUSALS[last_reason]}.`];
}
