import { type Event, messageText } from './message.text.ts';
import { slackBody } from './slack.body.ts';

export const MESSAGE_FORMATS = ['standard', 'cloudevents', 'slack', 'email'] as const;
export type MessageFormat = (typeof MESSAGE_FORMATS)[number];

/** The id of a message: the same for every endpoint and attempt, so that a receiver can leave out what it has had. */
export const messageId = (event: Pick<Event, 'event_id'>): string => `msg_${event.event_id}`;

/** The body of a message that is sent by HTTP, and its media type. */
export function messageBody(
  orgId: string,
  event: Event,
  format: Exclude<MessageFormat, 'email'>,
): { contentType: string; body: string } {
  if (format === 'slack') return { contentType: 'application/json', body: slackBody(messageText(event)) };
  const data = { org_id: orgId, ...event.data };
  const { event_type: type, created_at } = event;
  const timestamp = new Date(created_at).toISOString();
  if (format === 'standard')
    return { contentType: 'application/json', body: JSON.stringify({ type, timestamp, data }) };
  const cloudEvent = {
    ...{ specversion: '1.0', id: messageId(event), source: `/organizations/${encodeURIComponent(orgId)}` },
    ...{ type: `sync-operations.${type}`, time: timestamp, datacontenttype: 'application/json', data },
  };
  return { contentType: 'application/cloudevents+json', body: JSON.stringify(cloudEvent) };
}
