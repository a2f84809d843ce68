export type MessageFormat = 'standard' | 'cloudevents';

interface Event {
  readonly event_id: string;
  readonly event_type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

/** The id of a message: the same for every endpoint and attempt, so that a receiver can leave out what it has had. */
export const messageId = (event: Pick<Event, 'event_id'>): string => `msg_${event.event_id}`;

/** The body of a message and its media type. */
export function messageBody(orgId: string, event: Event, format: MessageFormat): { contentType: string; body: string } {
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
