/** What is told. */
export interface Event {
  readonly event_id: string;
  readonly event_type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

/** An event in words, for people. */
export interface MessageText {
  /** One line. */
  readonly title: string;
  /** One line each. */
  readonly lines: readonly string[];
  /** Into the dashboard; none when the public address of the service is not known. */
  readonly links: readonly { readonly text: string; readonly url: string }[];
}

const STATES: Readonly<Record<string, string>> = {
  'alert.opened': 'Open',
  'alert.still_open': 'Still open',
  'alert.resolved': 'Resolved',
};
/** What is worth a line of an event that is no alert. */
const SHOWN = [
  'sync_id',
  'entity_type',
  'source_system',
  'status',
  'processed_count',
  'failed_count',
  'count',
  'error_message',
];

/** The words for an event, of which each channel makes its own. */
export function messageText(event: Pick<Event, 'event_type' | 'data'>): MessageText {
  const { event_type, data } = event;
  const state = STATES[event_type];
  const links = linksOf(data);
  if (state === undefined) {
    const lines = SHOWN.flatMap((name) =>
      isShown(data[name]) ? [`${name.replaceAll('_', ' ')}: ${String(data[name])}`] : [],
    );
    return { title: event_type, lines, links };
  }
  const ended = data.resolved_at ? [`Resolved at ${minuteOf(data.resolved_at)}: ${data.resolution}`] : [];
  return {
    title: oneLine(`${state}: ${data.rule_name}`),
    lines: [oneLine(String(data.summary)), `Opened at ${minuteOf(data.opened_at)}`, ...ended.map(oneLine)],
    links,
  };
}

function linksOf(data: Event['data']): MessageText['links'] {
  const named = [
    ['Show the alert', data.url],
    ['Show the sync', data.sync_url],
  ] as const;
  return named.flatMap(([text, url]) => (typeof url === 'string' ? [{ text, url }] : []));
}

const isShown = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come into a line
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ');
const minuteOf = (at: unknown): string => `${String(at).slice(0, 16).replace('T', ' ')} UTC`;
